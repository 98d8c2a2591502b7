import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type BridgeServer, listenForBrowser } from './bridge-socket.ts';

const origin = 'chrome-extension://abcdefghijklmnop';
let server: BridgeServer | undefined;

afterEach(() => server?.[Symbol.asyncDispose]());

/** Asks for a WebSocket; resolves with the HTTP status of the answer. */
const knock = (url: string, from: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin: from,
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    request(url.replace('ws:', 'http:'), { headers })
      .on('upgrade', ({ statusCode }, socket) => {
        socket.destroy();
        resolve(statusCode);
      })
      .on('response', ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end();
  });

test('an invited guest from the extension comes in, once', async () => {
  server = await listenForBrowser(origin);
  const { url, accepted } = server.invite();
  expect(await knock(url, origin)).toBe(101);
  const connection = await accepted;
  await new Promise<void>((resolve) => connection.onClose(resolve));
  expect(await knock(url, origin)).toBe(401);
});

test('a web page that learned the address is turned away, and the invitation stays good', async () => {
  server = await listenForBrowser(origin);
  const { url } = server.invite();
  expect(await knock(url, 'http://localhost:8080')).toBe(401);
  expect(await knock(url, origin)).toBe(101);
});

test('a guess at the path is turned away', async () => {
  server = await listenForBrowser(origin);
  const { url } = server.invite();
  expect(await knock(url.replace(/[^/]+$/, '0'.repeat(64)), origin)).toBe(401);
  expect(await knock(url.replace(/[^/]+$/, ''), origin)).toBe(401);
});

test('it listens on the loopback interface only', async () => {
  server = await listenForBrowser(origin);
  expect(new URL(server.invite().url).hostname).toBe('127.0.0.1');
});
