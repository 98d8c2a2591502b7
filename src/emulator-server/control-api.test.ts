/** The control API: its effects on keys that a program uses, its errors, and its agreement with `docs/emulate.openapi.yaml`. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Clock } from '#base/clock.ts';
import type { EmulationOptions } from '#cli/compose/emulation.ts';
import { createControlApi } from './control-api.ts';
import { serveControlApi } from './control-api-server.ts';
import { openServedKey, serveTestKeys } from './testing/emulation.ts';
import { OpenApiDocument } from './testing/openapi-document.ts';

const document = new OpenApiDocument('emulate.openapi.yaml');

/** A clock on which every sleep ends at once. */
const instantClock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };

/** Serves keys with their control API. Every answer is checked against the OpenAPI document. */
async function serveKeysWithApi(options: Partial<EmulationOptions> = {}) {
  const { key, keys } = await serveTestKeys(options);
  const app = createControlApi(keys, { allowedHosts: ['127.0.0.1'], clock: instantClock });
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const response = await app.request(`http://127.0.0.1${path}`, init);
    const text = await response.text();
    const json = text === '' ? undefined : JSON.parse(text);
    const template = path.replace(/\?.*$/, '').replace(/^\/keys\/[^/]+/, '/keys/{id}');
    document.expectDescribed(method, template, response.status, json);
    return { status: response.status, json };
  };
  return { key, keys, send };
}

const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);

describe('the OpenAPI document', () => {
  it('describes exactly the operations of the control API', () => {
    const routes = createControlApi([]).routes.filter(({ method }) => method !== 'ALL');
    expect(routes.map(({ method, path }) => `${method} ${path.replaceAll(':id', '{id}')}`).toSorted()).toEqual(
      document.operations.toSorted(),
    );
  });

  it.each(document.exampleRequests)('has a valid example: %s %s %j', async (method, path, body) => {
    const { send } = await serveKeysWithApi({ persona: ['yubikey-bio'] });
    expect((await send(method, path.replace('{id}', '1'), body)).status).toBe(path.endsWith('handlings') ? 202 : 200);
  });
});

describe('GET /keys', () => {
  it('lists the keys with their addresses', async () => {
    const { send, key } = await serveKeysWithApi({ persona: ['yubikey-5-nfc', 'solo'], transport: 'usbip' });
    const { json } = await send('GET', '/keys');
    expect(json).toEqual([
      {
        id: '1',
        persona: 'yubikey-5-nfc',
        label: 'YubiKey 5 NFC (firmware 5.4)',
        address: key.name,
        power: 'on',
        touch: 'auto',
        asks: null,
      },
      expect.objectContaining({
        id: '2',
        persona: 'solo',
        address: expect.stringMatching(/^usbip:127\.0\.0\.1:\d+\/1-2$/),
      }),
    ]);
    expect((await send('GET', '/keys/2')).json).toEqual(json[1]);
  });

  it('shows the state of a key', async () => {
    const { send } = await serveKeysWithApi({ persona: ['yubikey-bio'], pin: '1234' });
    expect((await send('GET', '/keys/1/state')).json).toMatchObject({
      pin: 'set',
      pinRetries: 8,
      credentials: [],
      fingerprints: [{ templateId: expect.stringMatching(/^[0-9a-f]+$/), friendlyName: null }],
    });
  });
});

describe('gestures', () => {
  it('answer a pending request, or the next one', async () => {
    const { send, key } = await serveKeysWithApi({ touch: 'ask' });
    const device = await openServedKey(key.name);
    const answer = device.transact(selection);
    await expect.poll(async () => (await send('GET', '/keys/1')).json.asks).toEqual({ for: 'presence', rpId: null });
    expect((await send('POST', '/keys/1/gestures', { gesture: 'touch' })).json).toEqual({ answered: true });
    expect([...(await answer)]).toEqual([0x00]);
    expect((await send('POST', '/keys/1/gestures', { gesture: 'deny' })).json).toEqual({ answered: false });
    expect([...(await device.transact(selection))], 'CTAP2_ERR_OPERATION_DENIED').toEqual([0x27]);
  });

  it('follow the touch policy, which can be changed', async () => {
    const { send, key } = await serveKeysWithApi({ touch: 'auto' });
    const device = await openServedKey(key.name);
    expect((await send('PUT', '/keys/1/touch', { touch: 'never' })).json.touch).toBe('never');
    const answer = device.transact(selection);
    await expect.poll(() => key.gestures.pendingRequest).toBeDefined();
    await send('PUT', '/keys/1/touch', { touch: 'auto' });
    expect([...(await answer)]).toEqual([0x00]);
  });

  it('can use a finger on a model with a fingerprint reader', async () => {
    const { send, key } = await serveKeysWithApi({ persona: ['yubikey-bio'], touch: 'ask' });
    const { fingerprints } = (await send('GET', '/keys/1/state')).json;
    const gesture = (body: object) => send('POST', '/keys/1/gestures', { gesture: 'finger', ...body });
    const outcomes: unknown[] = [];
    for (const body of [{ matches: true }, { matches: false }, fingerprints[0], { templateId: 'ffff' }]) {
      const answer = key.gestures.respond({ kind: 'verification' }, new AbortController().signal);
      await gesture({ ...body, friendlyName: undefined });
      outcomes.push(await answer);
    }
    expect(outcomes).toEqual(['granted', 'no-match', 'granted', 'no-match']);
  });

  it('cannot use a finger on a model without a fingerprint reader', async () => {
    const { send } = await serveKeysWithApi();
    const { status, json } = await send('POST', '/keys/1/gestures', { gesture: 'finger', matches: true });
    expect(status).toBe(409);
    expect(json).toEqual({ error: 'Touchstone plain CTAP 2.1 key has no fingerprint reader' });
  });
});

describe('PUT /keys/{id}/power', () => {
  it('unplugs the key, plugs it in and power-cycles it', async () => {
    const { send, key } = await serveKeysWithApi();
    const device = await openServedKey(key.name);
    expect((await send('PUT', '/keys/1/power', { power: 'off' })).json.power).toBe('off');
    await expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
    expect((await send('PUT', '/keys/1/power', { power: 'on' })).json.power).toBe('on');
    const again = await openServedKey(key.name);
    expect((await again.transact(getInfo))[0]).toBe(0);
    expect((await send('PUT', '/keys/1/power', { power: 'cycle' })).json.power).toBe('on');
    await expect(again.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
  });
});

describe('POST /keys/{id}/handlings', () => {
  const operator = parse(readFileSync(new URL('../../docs/operator.openapi.yaml', import.meta.url), 'utf8'));
  const { examples } = operator.paths['/'].post.requestBody.content['application/json'];
  it.each(Object.values<{ value: unknown }>(examples))(
    'accepts the example of operator.openapi.yaml: $value.handling',
    async ({ value }) => {
      const { send } = await serveKeysWithApi({ touch: 'ask' });
      expect((await send('POST', '/keys/1/handlings', value)).status).toBe(202);
    },
  );

  it('performs the action on the key', async () => {
    const { send, key } = await serveKeysWithApi({ touch: 'ask' });
    const perform = (handling: string) => send('POST', '/keys/1/handlings', { handling });
    const device = await openServedKey(key.name);
    const answer = device.transact(selection);
    await expect.poll(() => key.gestures.pendingRequest).toBeDefined();
    expect((await perform('keep-away')).json.asks).not.toBeNull();
    expect((await perform('touch')).json.asks).toBeNull();
    expect([...(await answer)]).toEqual([0x00]);
    expect((await perform('unplug')).json.power).toBe('off');
    expect((await perform('plug-in')).json.power).toBe('on');
    const again = await openServedKey(key.name);
    expect((await again.transact(getInfo))[0]).toBe(0);
    expect((await perform('power-cycle')).json.power).toBe('on');
    await expect(again.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
  });
});

describe('exchanges', () => {
  it('can be listed, listed from a number, and deleted', async () => {
    const { send, key } = await serveKeysWithApi();
    const device = await openServedKey(key.name);
    await device.transact(getInfo);
    await device.transact(selection);
    const { json } = await send('GET', '/keys/1/exchanges');
    expect(json).toMatchObject([
      { number: 1, command: 'authenticatorGetInfo', status: 'CTAP2_OK', request: '04' },
      { number: 2, command: 'authenticatorSelection', status: 'CTAP2_OK' },
    ]);
    expect((await send('GET', '/keys/1/exchanges?after=1')).json).toEqual([json[1]]);
    expect((await send('DELETE', '/keys/1/exchanges')).status).toBe(204);
    expect((await send('GET', '/keys/1/exchanges')).json).toEqual([]);
    await device.transact(getInfo);
    expect((await send('GET', '/keys/1/exchanges')).json).toMatchObject([{ number: 3 }]);
  });
});

describe('an invalid request is refused with a message', () => {
  const touchError = 'Invalid body of PUT /keys/1/touch';
  const powerError = 'Invalid body of PUT /keys/1/power';
  const longBody = `{"gesture":"touch","x":"${'x'.repeat(20_000)}"}`;
  it.each<[string, string, unknown, number, string | RegExp]>([
    ['PUT', '/keys/1/touch', { touch: 'later' }, 400, `${touchError}: touch: Expected auto, ask, never or after:300ms`],
    ['PUT', '/keys/1/touch', {}, 400, `${touchError}: touch: Expected auto, ask, never or after:300ms`],
    ['PUT', '/keys/1/touch', { touch: 'ask', more: 1 }, 400, `${touchError}: Unknown field more`],
    ['PUT', '/keys/1/power', { power: 'half' }, 400, `${powerError}: power: Expected on, off or cycle`],
    ['PUT', '/keys/1/power', [], 400, /^Invalid body of PUT \/keys\/1\/power: /],
    ['POST', '/keys/1/gestures', { gesture: 'wave' }, 400, /gesture: Expected touch, deny, finger or sample$/],
    ['POST', '/keys/1/gestures', { gesture: 'finger' }, 400, /either matches \(true or false\) or the templateId/],
    ['POST', '/keys/1/gestures', { gesture: 'sample', status: 'odd' }, 400, /status: Expected one of good, too-high/],
    ['POST', '/keys/1/gestures', '{"gesture":', 400, 'The body is not JSON'],
    ['POST', '/keys/1/handlings', { handling: 'wave' }, 400, /handling: Expected one of touch, keep-away, unplug/],
    ['POST', '/keys/1/handlings', { handling: 'touch', key: {} }, 400, /key\.label: /],
    ['GET', '/keys/1/exchanges?after=x', undefined, 400, 'after: Expected the number of an exchange, got "x"'],
    ['GET', '/keys/7', undefined, 404, 'There is no key "7"; keys: 1'],
    ['POST', '/keys/1/gestures', longBody, 413, 'Expected a body of at most 16384 bytes'],
  ])('%s %s %j', async (method, path, body, status, error) => {
    const { send } = await serveKeysWithApi();
    const answer = await send(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toEqual(typeof error === 'string' ? error : expect.stringMatching(error));
  });

  it('with another content type, from a web page, or with another host name', async () => {
    const { send } = await serveKeysWithApi();
    const touch = { gesture: 'touch' };
    expect((await send('POST', '/keys/1/gestures', touch, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send('POST', '/keys/1/gestures', touch, { origin: 'https://evil.test' })).status).toBe(403);
    const app = createControlApi([], { allowedHosts: ['127.0.0.1'] });
    expect((await app.request('http://evil.test/keys')).status).toBe(403);
    expect(await (await app.request('http://127.0.0.1/nothing')).json()).toEqual({ error: 'There is no GET /nothing' });
  });
});

describe('serveControlApi', () => {
  it('serves the control API and reports a port that is in use', async () => {
    const { keys } = await serveKeysWithApi();
    await using server = await serveControlApi(keys, { host: '127.0.0.1', port: 0 });
    const [{ id }] = (await (await fetch(`${server.origin}/keys`)).json()) as [{ id: string }];
    expect(id).toBe('1');
    const port = Number(new URL(server.origin).port);
    await expect(serveControlApi(keys, { host: '127.0.0.1', port })).rejects.toMatchObject({
      kind: 'unavailable',
      message: `Cannot serve the control API at ${server.origin}: the port is in use`,
    });
  });
});
