/** TLS between client and key server: which certificates the client accepts, and that the token is sent only to accepted servers. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { deviceContract } from '../testing/device-contract.ts';
import { openRemote } from './client.ts';
import type { Trust } from './connect.ts';
import { serveKeys } from './key-server.ts';
import { serverCertificate } from './testing/certificates.ts';
import { keyId, openRemoteUnderContract, startTestKeyServer, token } from './testing/test-key-server.ts';

const tls = serverCertificate();
const getInfo = new Uint8Array([0x04]);
const otherFingerprint = 'f'.repeat(64);

deviceContract('Remote device over TLS', () => openRemoteUnderContract({ tls }, { ca: tls.ca }));

describe('A key server with TLS', () => {
  test('is accepted when its fingerprint is pinned, whatever the issuer', async () => {
    await using server = await startTestKeyServer({ tls });
    await using device = await openRemote(server.where, {
      token,
      trust: { pins: [otherFingerprint, server.fingerprint ?? ''] },
    });
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test.each<[string, Trust | undefined, RegExp]>([
    [
      'another fingerprint is pinned',
      { pins: [otherFingerprint] },
      /the SHA-256 fingerprint [0-9a-f]{64}, which is not pinned/,
    ],
    ['another certification authority is trusted', { ca: serverCertificate().ca }, /unable to|self.signed|certificate/],
    ['no certificates are configured', {}, /unable to|self.signed|certificate/],
    ['the client does not use TLS', undefined, /./],
  ])('is rejected when %s', async (_when, trust, problem) => {
    await using server = await startTestKeyServer({ tls });
    const opening = openRemote(server.where, { token, trust });
    await expect(opening).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(problem) });
  });

  test('is rejected when its certificate is for another address', async () => {
    const other = serverCertificate([10, 0, 0, 1]);
    await using server = await startTestKeyServer({ tls: other });
    const opening = openRemote(server.where, { token, trust: { ca: other.ca } });
    await expect(opening).rejects.toMatchObject({ message: /does not match certificate's altnames/ });
  });

  test('does not start with a mismatched certificate and key', async () => {
    const mixed = { cert: tls.cert, key: serverCertificate().key };
    await expect(startTestKeyServer({ tls: mixed })).rejects.toMatchObject({ name: 'UsageError' });
    await expect(startTestKeyServer({ tls: { cert: 'no PEM', key: 'no PEM' } })).rejects.toMatchObject({
      name: 'UsageError',
    });
  });
});

test('a server with another certificate does not receive the token', async () => {
  const receivedTokens: string[] = [];
  const impostor = createServer({ cert: tls.cert, key: tls.key }, () => undefined);
  impostor.on('upgrade', ({ headers }) => receivedTokens.push(headers.authorization ?? ''));
  const disconnected = new Promise((resolve) =>
    impostor.on('connection', (socket) => socket.on('error', () => undefined).once('close', resolve)),
  );
  impostor.listen(0, '127.0.0.1');
  await once(impostor, 'listening');
  const where = `127.0.0.1:${(impostor.address() as AddressInfo).port}/${keyId}`;
  await expect(openRemote(where, { token, trust: { pins: [otherFingerprint] } })).rejects.toThrow(/not pinned/);
  await disconnected;
  expect(receivedTokens).toEqual([]);
  await new Promise((resolve) => impostor.close(resolve));
});

test('with TLS, a key server may listen on any address; this one does not belong to this machine', async () => {
  const starting = serveKeys({ keys: { list: async () => [] }, token, host: '192.0.2.1', port: 0, tls });
  await expect(starting).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/192\.0\.2\.1/) });
});
