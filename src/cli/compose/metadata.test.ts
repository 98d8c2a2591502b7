/** The verifier of metadata on the BLOB of the emulator: what the catalogue does not test, and how a portal loads it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { issueRevocationList, otherServiceKey } from '#conformance/relying-party/metadata-service.ts';
import { metadataBlob, personas, rootAuthority } from '#emulator';
import { contextSpecific, integer, sequence } from '#protocol/der.ts';
import { createAuthority } from '#protocol/x509/authority.ts';
import { toPem } from '#protocol/x509/certificate.ts';
import { verifyBlob } from '#relying-party/metadata/blob.ts';
import { loadBlob, readRoots } from '#relying-party/metadata/load-blob.ts';
import { parseCertificate } from '#relying-party/verification/certificate.ts';
import { loadMetadata } from '../commands/portal-metadata.ts';

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
  const serve = (der: Uint8Array) => (async () => new Response(new Uint8Array(der))) as typeof fetch;
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

  it('reads an https address', async () => {
    expect((await loadBlob('https://mds.example/', { roots, now, fetch: answer(text) })).no).toBe(7);
  });

  it.each([
    ['an address without encryption', 'http://mds.example/', answer(text), 'begins with https://'],
    ['a server that fails', 'https://mds.example/', answer('', 503), 'status 503'],
    ['a file that is missing', join(folder, 'nothing'), answer(''), 'ENOENT'],
    ['text that is no BLOB', 'https://mds.example/', answer('<html>'), 'blob.token'],
  ])('does not load %s', async (_, source, fetch, message) => {
    await expect(loadBlob(source, { roots, now, fetch })).rejects.toThrow(message);
  });

  it('refuses a file that is not a root certificate', async () => {
    await expect(readRoots(file('text.pem', 'nothing'))).rejects.toThrow('expected certificates in PEM');
  });

  describe('with revocation lists', () => {
    const authority = rootAuthority();
    const other = createAuthority([['CN', 'Other authority']], 'other authority', otherServiceKey);
    const { chain } = verifyBlob(text, { roots, now });
    const blob = file('blob-of-service.jwt', text);
    const load = (list: string, get?: typeof fetch) =>
      loadBlob(blob, { roots, now, fetch: get, revocationLists: [list] });
    const pem = (...lists: Uint8Array[]) =>
      lists
        .map((der) => `-----BEGIN X509 CRL-----\n${Buffer.from(der).toString('base64')}\n-----END X509 CRL-----\n`)
        .join('');
    const current = issueRevocationList(authority);

    it.each([
      ['a file in DER', () => load(file('list.crl', current))],
      ['a file in PEM', () => load(file('list.pem', pem(current)))],
      ['an address without encryption, because lists are signed', () => load('http://ca.example/list', serve(current))],
      ['an https address', () => load('https://ca.example/list', serve(current))],
    ])('reads %s', async (_, work) => {
      expect((await work()).no).toBe(7);
    });

    it('refuses the BLOB when one of several lists has its certificate', async () => {
      const revoked = file(
        'revoked.crl',
        issueRevocationList(authority, { revoked: chain.map(({ serial }) => serial) }),
      );
      const revocationLists = [file('list.crl', current), revoked];
      await expect(loadBlob(blob, { roots, now, revocationLists })).rejects.toThrow('blob.revoked');
    });

    const withExtension = (oid: string, value: Uint8Array, critical = true) =>
      file('extension.crl', issueRevocationList(authority, { extensions: [{ oid, critical, value }] }));
    const scope = (...members: Uint8Array[]) => withExtension('2.5.29.28', sequence(...members));
    const yes = Uint8Array.of(0xff);

    it.each([
      ['an extension that is not critical', () => withExtension('2.5.29.20', integer(7), false)],
      ['the certificates of users as scope', () => scope(contextSpecific(1, yes, false))],
    ])('reads a list with %s', async (_, list) => {
      expect((await load(list())).no).toBe(7);
    });

    it.each([
      ['the changes since another list', () => withExtension('2.5.29.27', integer(7))],
      ['an unknown critical extension', () => withExtension('1.2.3.4', integer(7))],
      ['some reasons as scope', () => scope(contextSpecific(3, Uint8Array.of(6, 0x40), false))],
      ['certificates of other authorities', () => scope(contextSpecific(4, yes, false))],
      ['attribute certificates as scope', () => scope(contextSpecific(5, yes, false))],
    ])('does not use a list with %s', async (_, list) => {
      await expect(load(list())).rejects.toThrow(/expected one complete certificate .*it has the critical extension/);
    });

    const past = { nextUpdate: new Date('2025-12-31T00:00:00Z') };
    it.each([
      ['a missing file', () => join(folder, 'nothing'), 'ENOENT'],
      [
        'text',
        () => file('text.crl', 'nothing'),
        /Cannot read .*text\.crl: expected one complete certificate revocation list/,
      ],
      ['an empty file', () => file('empty.crl', ''), 'expected one complete certificate revocation list in DER or PEM'],
      [
        'a certificate',
        () => file('root.crl', authority.certificate),
        'expected one complete certificate revocation list',
      ],
      ['a certificate in PEM', () => file('root.pem', toPem(authority.certificate)), 'certificate revocation list'],
      ['a list that is cut off', () => file('cut.crl', current.subarray(0, -3)), 'certificate revocation list'],
      [
        'two lists in one file',
        () => file('two.pem', pem(current, current)),
        'expected one complete certificate revocation list',
      ],
      [
        'a list of another authority',
        () => file('other.crl', issueRevocationList(other)),
        /other\.crl: expected the list/,
      ],
      [
        'an expired list',
        () => file('expired.crl', issueRevocationList(authority, past)),
        /blob\.revocation-list: .*expired\.crl to be current, found one for 2024-01-01 to 2025-12-31/,
      ],
      [
        'a list with the signature of another key',
        () => file('unsigned.crl', issueRevocationList(authority, { key: otherServiceKey })),
        /blob\.revocation-list: Expected the signature of its authority on .*unsigned\.crl/,
      ],
      ['an address of another protocol', () => 'ftp://ca.example/list', 'begins with http:// or https://'],
    ])('does not use %s', async (_, list, message) => {
      await expect(load(list())).rejects.toThrow(message);
    });

    it('does not use what a server answers when it fails', async () => {
      await expect(load('http://ca.example/list', answer('', 404))).rejects.toThrow('status 404');
    });

    it('takes them from the command line of the portal', async () => {
      const metadata = file('today.jwt', metadataBlob(all, { now: systemClock.now(), no: 7 }));
      const option = (list: Uint8Array) => [file('list.crl', list)];
      const loaded = await loadMetadata({ metadata, metadataRevocationList: option(current) });
      expect((await loaded?.())?.no).toBe(7);
      const expired = option(issueRevocationList(authority, past));
      await expect(loadMetadata({ metadata, metadataRevocationList: expired })).rejects.toThrow('blob.revocation-list');
    });
  });
});
