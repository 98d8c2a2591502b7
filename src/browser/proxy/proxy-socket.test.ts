import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type BridgeServer, listenForBrowser } from './proxy-socket.ts';

const origin = 'chrome-extension://abcdefghijklmnop';
let server: BridgeServer | undefined;

afterEach(() => server?.[Symbol.asyncDispose]());

/** Requests a WebSocket; resolves with the HTTP status of the response. */
const requestUpgrade = (url: string, from: string) =>
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

test('accepts one connection from the extension on each URL', async () => {
  server = await listenForBrowser(origin);
  const { url, connected } = server.expectConnection();
  expect(await requestUpgrade(url, origin)).toBe(101);
  const connection = await connected;
  await new Promise<void>((resolve) => connection.onClose(resolve));
  expect(await requestUpgrade(url, origin)).toBe(401);
});

test('rejects a web page that connects to the URL, and still accepts the extension', async () => {
  server = await listenForBrowser(origin);
  const { url } = server.expectConnection();
  expect(await requestUpgrade(url, 'http://localhost:8080')).toBe(401);
  expect(await requestUpgrade(url, origin)).toBe(101);
});

test('rejects an unknown path', async () => {
  server = await listenForBrowser(origin);
  const { url } = server.expectConnection();
  expect(await requestUpgrade(url.replace(/[^/]+$/, '0'.repeat(64)), origin)).toBe(401);
  expect(await requestUpgrade(url.replace(/[^/]+$/, ''), origin)).toBe(401);
});

test('listens on the loopback interface only', async () => {
  server = await listenForBrowser(origin);
  expect(new URL(server.expectConnection().url).hostname).toBe('127.0.0.1');
});
