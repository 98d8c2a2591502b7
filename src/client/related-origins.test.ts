/** Requests for an RP ID of another site: the algorithm with given documents, and the fetcher with servers on the loopback interface. */
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { utf8 } from '#base/bytes.ts';
import { serverCertificate } from '#transport/remote/testing/certificates.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import type { RelatedOrigins, WellKnownResponse } from './related-origins.ts';
import {
  asSecurityKey,
  catchRejection,
  createEmulatedKey,
  createTestClient,
  creationOptions,
} from './testing/test-client.ts';
import { createWellKnownFetcher } from './well-known-fetcher.ts';

const origin = 'https://shop.example.de';
const rpId = 'example.com';

const ok = (body: string, contentType: string | undefined = 'application/json'): WellKnownResponse => ({
  status: 200,
  contentType,
  body: utf8(body),
});
const listing = (...origins: unknown[]) => ok(JSON.stringify({ origins }));

/** Runs create() for `rpId` from `origin` with this document and returns the clientDataJSON, or the error. */
async function createWith(response: WellKnownResponse | Error, page: { origin?: string; rpId?: string } = {}) {
  const asked: string[] = [];
  const relatedOrigins: RelatedOrigins = {
    async fetchWellKnown(host) {
      asked.push(host);
      if (response instanceof Error) throw response;
      return response;
    },
  };
  const { device, sent } = createEmulatedKey();
  const { context } = createTestClient([asSecurityKey(device)]);
  const options = creationOptions({ rp: { id: page.rpId ?? rpId, name: 'Example' } });
  const running = create(options, { ...context, origin: page.origin ?? origin, relatedOrigins });
  const [outcome] = await Promise.allSettled([running]);
  return { outcome, asked, sent };
}
const refused = { status: 'rejected', reason: { name: 'SecurityError' } };
const created = { status: 'fulfilled' };

describe('an RP ID of another site', () => {
  test('is accepted when its document lists the origin of the page', async () => {
    const { outcome, asked } = await createWith(listing('https://example.com', origin));
    expect(outcome).toMatchObject(created);
    expect(asked).toEqual([rpId]);
  });

  test('is refused with both reasons: the domain of the page, and what is wrong with the document', async () => {
    const { outcome } = await createWith(new Error('ENOTFOUND'));
    expect((outcome as PromiseRejectedResult).reason.message).toBe(
      'The page is not at the RP ID example.com or a subdomain of it, and https://example.com/.well-known/webauthn does not permit its origin: it cannot be fetched',
    );
  });

  const documents: [string, WellKnownResponse | Error, object][] = [
    ['that lists other origins', listing('https://example.com', 'https://example.de'), refused],
    ['that lists the origin with another port', listing(`${origin}:8443`), refused],
    ['that lists the origin with a path and the default port', listing(`${origin}:443/login`), created],
    ['that lists nothing', listing(), refused],
    ['with other types than strings', listing(origin, 5), refused],
    ['without origins', ok('{}'), refused],
    ['with origins that are not a list', ok(`{"origins":"${origin}"}`), refused],
    ['that is a list', ok(`["${origin}"]`), refused],
    ['that is null', ok('null'), refused],
    ['that is not JSON', ok('origins'), refused],
    [
      'with malformed entries before the origin',
      listing('no url', 'data:text/html,x', 'https://10.0.0.1', origin),
      created,
    ],
    ['with the content type text/plain', ok(JSON.stringify({ origins: [origin] }), 'text/plain'), refused],
    ['without content type', { ...listing(origin), contentType: undefined }, refused],
    [
      'with parameters in the content type',
      ok(JSON.stringify({ origins: [origin] }), 'Application/JSON; charset=utf-8'),
      created,
    ],
    [
      'with a content type that only begins like JSON',
      ok(JSON.stringify({ origins: [origin] }), 'application/json-seq'),
      refused,
    ],
    ['with status 404', { ...listing(origin), status: 404 }, refused],
    ['with status 204', { ...listing(origin), status: 204 }, refused],
    ['that cannot be fetched', new Error('no route'), refused],
  ];
  test.each(documents)('with a document %s', async (_case, response, expected) => {
    const { outcome, sent } = await createWith(response);
    expect(outcome).toMatchObject(expected);
    expect(sent.length > 0).toBe(expected === created);
  });

  test.each([
    ['the fifth label', ['a.com', 'b.com', 'c.com', 'd.com', 'shop.example.de'], created],
    ['a sixth label', ['a.com', 'b.com', 'c.com', 'd.com', 'e.com', 'shop.example.de'], refused],
    [
      'a label that was there before the limit',
      ['example.com', 'a.com', 'b.com', 'c.com', 'd.com', 'e.com', 'shop.example.de'],
      created,
    ],
    ['one label under many suffixes', ['a.com', 'a.de', 'a.fr', 'a.co.uk', 'a.it', 'a.es', 'shop.example.de'], created],
    [
      'hosts without a registrable domain before it',
      ['github.io', 'localhost', '10.0.0.1', 'com', 'co.uk', 'x.com', 'shop.example.de'],
      created,
    ],
  ])('counts at most five registrable origin labels: %s', async (_case, hosts, expected) => {
    expect((await createWith(listing(...hosts.map((host) => `https://${host}`)))).outcome).toMatchObject(expected);
  });

  test.each([
    ['a registrable suffix of the page', { rpId: 'example.de' }, created],
    ['not a domain', { rpId: 'https://example.com' }, refused],
    ['an IP address', { rpId: '10.0.0.1' }, refused],
    ['requested by a page that is not secure', { origin: 'http://shop.example.de' }, refused],
  ])('is not fetched when it is %s', async (_case, page, expected) => {
    const { outcome, asked } = await createWith(listing(origin), page);
    expect(outcome).toMatchObject(expected);
    expect(asked).toEqual([]);
  });

  test('is refused by a client without related origins', async () => {
    const { context } = createTestClient([]);
    const error = await catchRejection(
      create(creationOptions({ rp: { id: rpId, name: 'x' } }), { ...context, origin }),
    );
    expect(error).toMatchObject({ name: 'SecurityError' });
  });

  test('can be used by get(), too', async () => {
    const { device } = createEmulatedKey();
    const relatedOrigins = { fetchWellKnown: async () => listing(origin) };
    const page = () => ({ ...createTestClient([asSecurityKey(device)]).context, origin, relatedOrigins });
    const { id } = await create(creationOptions({ rp: { id: rpId, name: 'Example' } }), page());
    const options = { challenge: 'AAAA', rpId, allowCredentials: [{ type: 'public-key', id }] };
    expect((await get(options, page())).id).toBe(id);
    const elsewhere = { ...page(), origin: 'https://shop.example.fr' };
    expect(await catchRejection(get(options, elsewhere))).toMatchObject({ name: 'SecurityError' });
  });
});

describe('while the document is fetched', () => {
  const neverAnswers: RelatedOrigins = { fetchWellKnown: () => new Promise(() => undefined) };
  const options = creationOptions({ rp: { id: rpId, name: 'Example' } });

  test('an abort by the page ends the ceremony with its reason', async () => {
    const abort = new AbortController();
    const { context } = createTestClient([]);
    const page = { ...context, origin, relatedOrigins: neverAnswers, signal: abort.signal };
    const error = catchRejection(create(options, page));
    abort.abort(new Error('left the page'));
    expect(await error).toBe(abort.signal.reason);
  });

  test('the ceremony ends with SecurityError after 10 seconds', async () => {
    const { context } = createTestClient([]);
    const error = catchRejection(create(options, { ...context, origin, relatedOrigins: neverAnswers }));
    await Promise.resolve();
    context.clock.advance(10_000);
    expect(await error).toMatchObject({ name: 'SecurityError' });
  });
});

describe('the well-known fetcher', () => {
  const certificate = serverCertificate('example.com');
  const stop: (() => Promise<unknown>)[] = [];
  afterEach(() => Promise.all(stop.splice(0).map((close) => close())));

  /** Starts an HTTPS server for example.com on the loopback interface. Returns the options to reach it, and its requests. */
  async function serve(listener: RequestListener) {
    const requests: IncomingMessage[] = [];
    const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
      requests.push(request);
      listener(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    stop.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as AddressInfo;
    return { requests, options: { ca: certificate.ca, connectTo: () => ({ host: '127.0.0.1', port }) } };
  }
  const sendJson = (response: ServerResponse, value: unknown) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
  const fetchFrom = (options: Parameters<typeof createWellKnownFetcher>[0], host = 'example.com') =>
    createWellKnownFetcher(options).fetchWellKnown(host, new AbortController().signal);

  test('requests the document of the RP ID without credentials and referrer', async () => {
    const { requests, options } = await serve((_, response) => sendJson(response, { origins: [origin] }));
    const { status, contentType, body } = await fetchFrom(options);
    expect([status, contentType, new TextDecoder().decode(body)]).toEqual([
      200,
      'application/json',
      `{"origins":["${origin}"]}`,
    ]);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /.well-known/webauthn']);
    const { headers } = requests[0] ?? {};
    expect(headers).toMatchObject({ host: 'example.com' });
    expect(Object.keys(headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/cookie|authorization|referer/)]),
    );
  });

  test('serves create() from the origin that the document lists', async () => {
    const { options } = await serve((_, response) => sendJson(response, { origins: [origin] }));
    const { context } = createTestClient([asSecurityKey(createEmulatedKey().device)]);
    const page = { ...context, origin, relatedOrigins: createWellKnownFetcher(options) };
    expect(await create(creationOptions({ rp: { id: rpId, name: 'Example' } }), page)).toHaveProperty('id');
    const elsewhere = { ...page, origin: 'https://shop.example.fr' };
    const error = await catchRejection(create(creationOptions({ rp: { id: rpId, name: 'Example' } }), elsewhere));
    expect(error).toMatchObject({ name: 'SecurityError' });
  });

  test.each([301, 302, 303, 307, 308])('follows a redirect with status %i', async (status) => {
    const { requests, options } = await serve(({ url }, response) =>
      url === '/other' ? sendJson(response, { origins: [] }) : response.writeHead(status, { location: '/other' }).end(),
    );
    expect((await fetchFrom(options)).status).toBe(200);
    expect(requests.map(({ url }) => url)).toEqual(['/.well-known/webauthn', '/other']);
  });

  test.each([
    ['an http URL', 'http://example.com/other'],
    ['a URL with credentials', 'https://user:secret@example.com/other'],
    ['a malformed URL', 'https://'],
    ['itself, again and again', '/.well-known/webauthn'],
  ])('rejects a redirect to %s', async (_case, location) => {
    const { options } = await serve((_, response) => response.writeHead(302, { location }).end());
    await expect(fetchFrom(options)).rejects.toThrow(/redirect/);
  });

  test.each<[string, RequestListener, RegExp]>([
    ['a redirect without a location', (_, response) => response.writeHead(302).end(), /redirect/],
    ['a document of more than 256 KiB', (_, response) => response.end(new Uint8Array(2 ** 18 + 1)), /longer than/],
    ['a connection that breaks', (request) => request.socket.destroy(), /hang up|reset/],
  ])('rejects %s', async (_case, listener, problem) => {
    const { options } = await serve(listener);
    await expect(fetchFrom(options)).rejects.toThrow(problem);
  });

  test('rejects a server whose certificate is for another host', async () => {
    const { options } = await serve((_, response) => sendJson(response, {}));
    await expect(fetchFrom(options, 'example.org')).rejects.toThrow(/altnames/);
  });

  test('rejects a server whose issuer is not trusted', async () => {
    const { options } = await serve((_, response) => sendJson(response, {}));
    await expect(fetchFrom({ connectTo: options.connectTo })).rejects.toThrow(/certificate/);
  });

  test('ends the request when the signal is aborted', async () => {
    const abort = new AbortController();
    let closed: Promise<unknown> | undefined;
    const { options } = await serve((request) => {
      closed = once(request.socket, 'close');
      abort.abort(new Error('no longer needed'));
    });
    await expect(createWellKnownFetcher(options).fetchWellKnown('example.com', abort.signal)).rejects.toThrow();
    await closed;
    expect(closed).toBeDefined();
  });
});
