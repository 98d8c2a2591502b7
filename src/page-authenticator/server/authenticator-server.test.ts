/** The authenticator server: who may use it, what pages get, and what tests can prepare and read. No browser is started. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type AuthenticatorServer, serveAuthenticator } from './authenticator-server.ts';

const token = 'a token for this test';
const headers = { authorization: `Bearer ${token}` };
const origin = 'https://shop.example';

let server: AuthenticatorServer;
beforeEach(async () => {
  server = await serveAuthenticator({ port: 0, token });
});
afterEach(() => server[Symbol.asyncDispose]());

async function request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const sent = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${server.origin}${path}`, { method, headers, body: sent });
  return { status: response.status, body: await response.json() };
}

/** Opens the connection of a document at `origin`, as the page script does. */
async function openDocument(): Promise<{ send(message: object): Promise<Record<string, unknown>> } & Disposable> {
  const socket = new WebSocket(server.pageUrl, { origin });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    send: (message) =>
      new Promise((resolve) => {
        socket.once('message', (data) => resolve(JSON.parse(String(data))));
        socket.send(JSON.stringify({ id: 1, documentId: 'd', origin, ancestorOrigins: [], ...message }));
      }),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

const create = {
  type: 'create',
  requestId: 'd 1',
  policy: 'allowed',
  publicKey: {
    rp: { id: 'shop.example', name: 'Shop' },
    user: { id: 'AQ', name: 'adele', displayName: 'Adele' },
    challenge: 'AAAA',
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  },
};

describe('without the token', () => {
  test.each(['', '?token=wrong'])('requests are refused: %j', async (query) => {
    const response = await fetch(`${server.origin}/status${query}`);
    expect([response.status, await response.json()]).toEqual([401, { error: 'The token is missing or wrong' }]);
  });

  test('pages cannot connect', async () => {
    const socket = new WebSocket(`${server.pageUrl}x`, { origin });
    await expect(new Promise((_, reject) => socket.once('error', reject))).rejects.toThrow('401');
  });
});

test('refuses a short token', async () => {
  await expect(serveAuthenticator({ port: 0, token: 'short' })).rejects.toThrow(
    'expected a token of at least 16 characters, got 5',
  );
});

test('refuses a port that is in use', async () => {
  const port = Number(new URL(server.origin).port);
  await expect(serveAuthenticator({ port, token })).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port}: the port is in use`,
  );
});

describe('a page', () => {
  test('registers a passkey, which the test finds', async () => {
    using document = await openDocument();
    expect(await document.send(create)).toMatchObject({ id: 1, value: { type: 'public-key' } });
    expect((await request('GET', '/status')).body).toMatchObject({
      key: { persona: 'yubikey-5-nfc', pin: 'set', pinRetries: 8 },
      credentials: [{ rpId: 'shop.example', userName: 'adele' }],
      registrations: [{ userVerified: true, fmt: 'none', discoverable: true }],
      asked: ['pin', 'review'],
      problems: [],
    });
  });

  test('cannot claim another origin than that of its handshake', async () => {
    using document = await openDocument();
    expect(await document.send({ ...create, origin: 'https://bank.example' })).toMatchObject({
      error: { name: 'SecurityError' },
    });
  });

  test('in a cross-origin frame with an unknown permissions policy is refused', async () => {
    using document = await openDocument();
    const framed = { ...create, policy: 'unknown', ancestorOrigins: ['https://bank.example'] };
    expect(await document.send(framed)).toMatchObject({ error: { name: 'NotAllowedError' } });
  });

  test('that goes away ends its request', async () => {
    await request('PUT', '/key', { touch: 'never' });
    const document = await openDocument();
    void document.send(create);
    await expect.poll(async () => JSON.stringify((await request('GET', '/transcript')).body)).toContain('"pin"');
    document[Symbol.dispose]();
    await expect
      .poll(async () => ((await request('GET', '/status')).body as { ceremonies: object[] }).ceremonies)
      .toMatchObject([{ error: 'AbortError' }]);
  });
});

describe('a test', () => {
  test('replaces the key by one with the passkeys of another key', async () => {
    using document = await openDocument();
    await document.send(create);
    const { body: state } = await request('GET', '/key/state');
    await request('PUT', '/key', { persona: 'security-key-nfc' });
    expect((await request('GET', '/status')).body).toMatchObject({
      key: { persona: 'security-key-nfc' },
      credentials: [],
    });
    await request('PUT', '/key', { state });
    expect((await request('GET', '/status')).body).toMatchObject({ credentials: [{ userName: 'adele' }] });
  });

  test('prepares the answers of the dialog', async () => {
    await request('POST', '/dialog/answers', { pin: ['9999', '123456'], review: [null] });
    using document = await openDocument();
    expect(await document.send(create)).toMatchObject({ error: { name: 'NotAllowedError' } });
    expect((await request('GET', '/status')).body).toMatchObject({
      asked: ['pin', 'pin', 'review'],
      registrations: [],
    });
  });

  test('touches the key', async () => {
    await request('PUT', '/key', { touch: 'manual' });
    using document = await openDocument();
    const registered = document.send(create);
    await request('POST', '/key/touch');
    expect(await registered).toMatchObject({ value: { type: 'public-key' } });
  });

  test.each([
    ['PUT', '/key', { persona: 'yubikey' }, 400, 'Unknown persona "yubikey"'],
    ['PUT', '/key', { colour: 'red' }, 400, 'Unrecognized key: "colour"'],
    ['PUT', '/key', '{', 400, 'expected JSON'],
    ['PUT', '/key', { state: { version: 9 } }, 400, 'Cannot'],
    ['POST', '/key/touch', undefined, 400, 'its touch policy is "auto"'],
    ['GET', '/nothing', undefined, 404, 'Unknown request: GET /nothing'],
  ])('gets the reason of a refusal: %s %s %j', async (method, path, body, status, message) => {
    const answer = await request(method, path, body);
    expect(answer).toMatchObject({ status, body: { error: expect.stringContaining(message) } });
  });

  test('gets the page script', async () => {
    const script = await (await fetch(`${server.origin}/shim.js`, { headers })).text();
    expect(script).toContain(server.pageUrl);
  });
});
