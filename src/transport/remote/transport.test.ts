import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { serverCertificate } from './testing/certificates.ts';
import { keyId, startTestKeyServer, token } from './testing/test-key-server.ts';
import { createRemoteTransport } from './transport.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-remote-'));
afterAll(() => rmSync(folder, { recursive: true }));
const getInfo = new Uint8Array([0x04]);

describe('The transport remote', () => {
  test('lists the keys of the key servers in TOUCHSTONE_REMOTE, with their leases', async () => {
    await using server = await startTestKeyServer();
    const machine = `127.0.0.1:${server.port}`;
    const remote = createRemoteTransport({ TOUCHSTONE_REMOTE: ` ${machine}, `, TOUCHSTONE_REMOTE_TOKEN: token });
    const [free] = await remote.list();
    expect(free).toEqual({ address: `remote:${machine}/${keyId}`, product: 'Emulated\uFFFD[31m key' });
    await using device = await remote.open(`${machine}/${keyId}`);
    expect((await device.transact(getInfo))[0]).toBe(0);
    const [taken] = await remote.list();
    expect(taken?.obstacle).toMatchObject({ why: expect.stringContaining('leased by') });
  });

  test('lists a key server that cannot be reached with the reason', async () => {
    const server = await startTestKeyServer();
    await server[Symbol.asyncDispose]();
    const machine = `127.0.0.1:${server.port}`;
    for (const env of [{ TOUCHSTONE_REMOTE_TOKEN: token }, {}]) {
      const [missing] = await createRemoteTransport({ TOUCHSTONE_REMOTE: machine, ...env }).list();
      expect(missing).toMatchObject({
        address: `remote:${machine}`,
        obstacle: { why: expect.stringMatching(/Cannot reach|TOKEN is not set/), remedy: expect.any(String) },
      });
    }
  });

  test('lists and opens no keys without environment variables', async () => {
    expect(await createRemoteTransport({}).list()).toEqual([]);
    await expect(createRemoteTransport({}).open('127.0.0.1/x')).rejects.toMatchObject({ name: 'UsageError' });
  });

  test('accepts certificates by fingerprint or certification authority', async () => {
    const tls = serverCertificate();
    await using server = await startTestKeyServer({ tls });
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, tls.ca);
    const pin = server.fingerprint?.toUpperCase().replace(/(..)(?!$)/g, '$1:');
    for (const trust of [{ TOUCHSTONE_REMOTE_PIN: pin }, { TOUCHSTONE_REMOTE_CA: ca }]) {
      await using device = await createRemoteTransport({ TOUCHSTONE_REMOTE_TOKEN: token, ...trust }).open(server.where);
      expect((await device.transact(getInfo))[0]).toBe(0);
    }
  });

  test.each([{ TOUCHSTONE_REMOTE_PIN: 'abc' }, { TOUCHSTONE_REMOTE_CA: join(folder, 'missing') }])(
    'rejects %j',
    async (wrong) => {
      const opening = createRemoteTransport({ TOUCHSTONE_REMOTE_TOKEN: token, ...wrong }).open('127.0.0.1/x');
      await expect(opening).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringContaining(Object.keys(wrong)[0] ?? ''),
      });
    },
  );
});
