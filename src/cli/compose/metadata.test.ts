/** The verifier of metadata on the BLOB of the emulator: what the catalogue does not test, and how a portal loads it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { issueRevocationList } from '#conformance/relying-party/metadata-service.ts';
import { metadataBlob, personas, rootAuthority } from '#emulator';
import { toPem } from '#protocol/x509/certificate.ts';
import { verifyBlob } from '#relying-party/metadata/blob.ts';
import { loadBlob, readRoots } from '#relying-party/metadata/load-blob.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const all = Object.values(personas);
const roots = [parseCertificate(rootAuthority().certificate)];

describe('verifyBlob', () => {
  it('verifies the BLOB of the emulator, which is signed with RS256 and has an entry for each persona', () => {
    const blob = verifyBlob(metadataBlob(all, { now, no: 7 }), { roots, now });
    expect(blob.no).toBe(7);
    expect(blob.entries).toHaveLength(all.length);
    expect(new Date(blob.nextUpdate).toISOString()).toBe('2026-01-31T23:59:59.999Z');
  });

  it('refuses it on the day after the next update was due, and not before', () => {
    const text = metadataBlob(all, { now });
    expect(() => verifyBlob(text, { roots, now: Date.parse('2026-01-31T23:00:00Z') })).not.toThrow();
    expect(() => verifyBlob(text, { roots, now: Date.parse('2026-02-01T00:00:00Z') })).toThrow(
      expect.objectContaining({ rule: 'blob.next-update' }),
    );
  });

  it('refuses a number below that of the last BLOB', () => {
    const text = metadataBlob(all, { now, no: 7 });
    expect(() => verifyBlob(text, { roots, now, previousNumber: 8 })).toThrow(
      expect.objectContaining({ rule: 'blob.number' }),
    );
  });
});

describe('loadBlob', () => {
  const text = metadataBlob(all, { now, no: 7 });
  const answer = (body: string, status = 200) => (async () => new Response(body, { status })) as typeof fetch;
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-metadata-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('reads a file, and the root in PEM or DER', async () => {
    const { certificate } = rootAuthority();
    for (const root of [file('root.pem', toPem(certificate)), file('root.der', certificate)]) {
      const blob = await loadBlob(file('blob.jwt', `${text}\n`), { roots: await readRoots(root), now });
      expect(blob.no).toBe(7);
    }
  });

  it('reads an https address, and a revocation list', async () => {
    const list = file('list.crl', issueRevocationList(rootAuthority()));
    const options = { roots, now, fetch: answer(text), revocationLists: [list] };
    expect((await loadBlob('https://mds.example/', options)).no).toBe(7);
  });

  it.each([
    ['an address without encryption', 'http://mds.example/', answer(text), 'begins with https://'],
    ['a server that fails', 'https://mds.example/', answer('', 503), 'status 503'],
    ['a file that is missing', join(folder, 'nothing'), answer(''), 'ENOENT'],
    ['text that is no BLOB', 'https://mds.example/', answer('<html>'), 'blob.token'],
  ])('does not load %s', async (_, source, fetch, message) => {
    await expect(loadBlob(source, { roots, now, fetch })).rejects.toThrow(message);
  });

  it('does not take something else for a root', async () => {
    await expect(readRoots(file('text.pem', 'nothing'))).rejects.toThrow('expected certificates in PEM');
  });
});
