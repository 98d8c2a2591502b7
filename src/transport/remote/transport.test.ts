import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { serverCertificate } from './testing/certificates.ts';
import { keyId, openCounter, token } from './testing/lending-server.ts';
import { createRemoteTransport } from './transport.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-remote-'));
afterAll(() => rmSync(folder, { recursive: true }));
const getInfo = new Uint8Array([0x04]);

describe('the environment', () => {
  test('names machines: their keys are listed, and who has them', async () => {
    await using counter = await openCounter();
    const machine = `127.0.0.1:${counter.port}`;
    const remote = createRemoteTransport({ TOUCHSTONE_REMOTE: ` ${machine}, `, TOUCHSTONE_REMOTE_TOKEN: token });
    const [free] = await remote.list();
    expect(free).toEqual({ address: `remote:${machine}/${keyId}`, product: 'Emulated\uFFFD[31m key' });
    await using device = await remote.open(free!.address.slice('remote:'.length));
    expect((await device.transact(getInfo))[0]).toBe(0);
    const [taken] = await remote.list();
    expect(taken!.obstacle).toMatchObject({ why: expect.stringContaining('leased by') });
  });

  test('names a machine that cannot be asked: it is listed with the reason', async () => {
    const counter = await openCounter();
    await counter[Symbol.asyncDispose]();
    const machine = `127.0.0.1:${counter.port}`;
    for (const env of [{ TOUCHSTONE_REMOTE_TOKEN: token }, {}]) {
      const [missing] = await createRemoteTransport({ TOUCHSTONE_REMOTE: machine, ...env }).list();
      expect(missing).toMatchObject({
        address: `remote:${machine}`,
        obstacle: { why: expect.stringMatching(/cannot reach|TOKEN is not set/), remedy: expect.any(String) },
      });
    }
  });

  test('says nothing: no keys, and none can be opened', async () => {
    expect(await createRemoteTransport({}).list()).toEqual([]);
    await expect(createRemoteTransport({}).open('127.0.0.1/x')).rejects.toMatchObject({ name: 'UsageError' });
  });

  test('says whom to trust, by fingerprint or authority', async () => {
    const tls = serverCertificate();
    await using counter = await openCounter({ tls });
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, tls.ca);
    const pin = counter.fingerprint!.toUpperCase().replace(/(..)(?!$)/g, '$1:');
    for (const trust of [{ TOUCHSTONE_REMOTE_PIN: pin }, { TOUCHSTONE_REMOTE_CA: ca }]) {
      await using device = await createRemoteTransport({ TOUCHSTONE_REMOTE_TOKEN: token, ...trust }).open(
        counter.where,
      );
      expect((await device.transact(getInfo))[0]).toBe(0);
    }
  });

  test.each([{ TOUCHSTONE_REMOTE_PIN: 'abc' }, { TOUCHSTONE_REMOTE_CA: join(folder, 'missing') }])(
    '%j is refused',
    async (wrong) => {
      const opening = createRemoteTransport({ TOUCHSTONE_REMOTE_TOKEN: token, ...wrong }).open('127.0.0.1/x');
      await expect(opening).rejects.toMatchObject({
        name: 'UsageError',
        message: expect.stringContaining(Object.keys(wrong)[0]!),
      });
    },
  );
});
