/** TLS between the machines: whom the client trusts, and that the token is not sent to anybody else. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { deviceContract } from '../testing/device-contract.ts';
import { openRemote } from './client.ts';
import type { Trust } from './connect.ts';
import { serveKeys } from './server.ts';
import { serverCertificate } from './testing/certificates.ts';
import { keyId, openCounter, remoteUnderContract, token } from './testing/lending-server.ts';

const tls = serverCertificate();
const getInfo = new Uint8Array([0x04]);
const elsewhere = 'f'.repeat(64);

deviceContract('a key on another machine over TLS', () => remoteUnderContract({ tls }, { ca: tls.ca }));

describe('a server with a certificate', () => {
  test('is trusted when its fingerprint is pinned, whoever issued it', async () => {
    await using counter = await openCounter({ tls });
    await using device = await openRemote(counter.where, { token, trust: { pins: [elsewhere, counter.fingerprint!] } });
    expect((await device.transact(getInfo))[0]).toBe(0);
  });

  test.each<[string, Trust | undefined, RegExp]>([
    ['another one is pinned', { pins: [elsewhere] }, /the SHA-256 fingerprint [0-9a-f]{64}, which is not pinned/],
    ['another authority is trusted', { ca: serverCertificate().ca }, /unable to|self.signed|certificate/],
    ['nothing is said about trust', {}, /unable to|self.signed|certificate/],
    ['TLS is not spoken', undefined, /./],
  ])('is not when %s', async (_when, trust, complaint) => {
    await using counter = await openCounter({ tls });
    const opening = openRemote(counter.where, { token, trust });
    await expect(opening).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(complaint) });
  });

  test('for another address is not', async () => {
    const other = serverCertificate([10, 0, 0, 1]);
    await using counter = await openCounter({ tls: other });
    const opening = openRemote(counter.where, { token, trust: { ca: other.ca } });
    await expect(opening).rejects.toMatchObject({ message: /does not match certificate's altnames/ });
  });

  test('and key that do not belong together is not started', async () => {
    const mixed = { cert: tls.cert, key: serverCertificate().key };
    await expect(openCounter({ tls: mixed })).rejects.toMatchObject({ name: 'UsageError' });
    await expect(openCounter({ tls: { cert: 'no PEM', key: 'no PEM' } })).rejects.toMatchObject({ name: 'UsageError' });
  });
});

test('a server that is not trusted does not get to see the token', async () => {
  const heard: string[] = [];
  const impostor = createServer({ cert: tls.cert, key: tls.key }, () => undefined);
  impostor.on('upgrade', ({ headers }) => heard.push(headers.authorization ?? ''));
  const hungUp = new Promise((resolve) =>
    impostor.on('connection', (socket) => socket.on('error', () => undefined).once('close', resolve)),
  );
  impostor.listen(0, '127.0.0.1');
  await once(impostor, 'listening');
  const where = `127.0.0.1:${(impostor.address() as AddressInfo).port}/${keyId}`;
  await expect(openRemote(where, { token, trust: { pins: [elsewhere] } })).rejects.toThrow(/not pinned/);
  await hungUp;
  expect(heard).toEqual([]);
  await new Promise((resolve) => impostor.close(resolve));
});

test('with TLS, an address that is not loopback is tried: this one is no machine’s', async () => {
  const lending = serveKeys({ keys: { list: async () => [] }, token, host: '192.0.2.1', port: 0, tls });
  await expect(lending).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringMatching(/192\.0\.2\.1/) });
});
