/** Metadata statements and the BLOB, checked with @simplewebauthn/server and node:crypto. */
import { createHash, verify, X509Certificate } from 'node:crypto';
import { MetadataService, SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { verifyMDSBlob } from '@simplewebauthn/server/helpers';
import { afterAll, assert, describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import {
  exportAttestationCa,
  metadataBlob,
  metadataStatement,
  type Persona,
  type PersonaId,
  personas,
  trustAnchors,
} from '../index.ts';
import { untrustedRootCertificate } from './attestation-ca.ts';
import { origin, register, rpId } from './testing/registration.ts';

const all = Object.values(personas) as Persona[];
const now = Date.parse('2026-01-01T12:00:00Z');
const blob = metadataBlob(all, { now, no: 7 });
const splitJws = (jws: string) => {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  return { header, payload, signature };
};

describe('@simplewebauthn/server MetadataService', () => {
  // The settings of the library are process-wide, and other tests may run in the same process.
  afterAll(async () => {
    SettingsService.setRootCertificates({ identifier: 'packed', certificates: [] });
    await MetadataService.initialize({ mdsServers: [], verificationMode: 'permissive' });
  });

  const certified = ['yubikey-5-nfc', 'google-titan-v2', 'touchstone-key'] satisfies PersonaId[];
  it.each(certified)('accepts a registration of %s in strict mode with our metadata statements', async (id) => {
    SettingsService.setRootCertificates({
      identifier: 'packed',
      certificates: [Buffer.from(untrustedRootCertificate())],
    });
    type Statements = NonNullable<Parameters<typeof MetadataService.initialize>[0]>['statements'];
    await MetadataService.initialize({
      statements: all.map(metadataStatement) as unknown as Statements,
      mdsServers: [],
      verificationMode: 'strict',
    });
    const challenge = toBase64url(utf8('a challenge of enough bytes'));
    const { json } = await register('ES256', { persona: id }, challenge);
    const { verified } = await verifyRegistrationResponse({
      response: json,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: [coseAlgorithms.ES256.alg],
    });
    expect(verified).toBe(true);
    const statement = await MetadataService.getStatement(personas[id].aaguid);
    expect(statement?.description).toBe(`${personas[id].label} (emulated)`);
  });
});

describe('metadataBlob', () => {
  it('verifies under our root and fails under another root', async () => {
    SettingsService.setRootCertificates({
      identifier: 'mds',
      certificates: trustAnchors().map((der) => Buffer.from(der)),
    });
    const { payload, statements } = await verifyMDSBlob(blob);
    expect(payload).toMatchObject({ no: 7, nextUpdate: '2026-01-31' });
    expect(payload.entries).toHaveLength(all.length);
    expect(statements.length).toBe(all.filter(({ attestation }) => attestation !== 'fido-u2f').length);
    SettingsService.setRootCertificates({ identifier: 'mds', certificates: [Buffer.from(untrustedRootCertificate())] });
    await expect(verifyMDSBlob(blob)).rejects.toThrow('could not be validated');
  });

  it('is a JSON Web Signature whose signature and certificate chain node:crypto verifies', () => {
    const { header, payload, signature } = splitJws(blob);
    const { alg, x5c } = JSON.parse(Buffer.from(fromBase64url(header)).toString());
    const chain = [...x5c.map((text: string) => Buffer.from(text, 'base64')), ...trustAnchors()].map(
      (der) => new X509Certificate(der),
    );
    expect(alg).toBe('RS256');
    const [leaf] = chain;
    assert(leaf);
    const isSigned = (text: string) => verify('sha256', Buffer.from(text), leaf.publicKey, fromBase64url(signature));
    expect(isSigned(`${header}.${payload}`)).toBe(true);
    expect(isSigned(`${header}.${payload}x`)).toBe(false);
    for (const [index, certificate] of chain.entries())
      expect(certificate.verify((chain[index + 1] ?? certificate).publicKey)).toBe(true);
  });

  it('has the status NOT_FIDO_CERTIFIED for every entry', () => {
    const { entries } = JSON.parse(Buffer.from(fromBase64url(splitJws(blob).payload)).toString());
    for (const { statusReports } of entries)
      expect(statusReports.map(({ status }: { status: string }) => status)).toEqual(['NOT_FIDO_CERTIFIED']);
  });
});

describe('exportAttestationCa', () => {
  const files = exportAttestationCa({ now });
  const file = (name: string) => files[name] ?? '';

  it('contains the root, the intermediate and a metadata statement for each persona', () => {
    for (const { id, aaguid, attestation } of all) {
      const statement = JSON.parse(file(`metadata/${id}.json`));
      if (attestation === 'fido-u2f')
        expect(statement.attestationCertificateKeyIdentifiers[0]).toMatch(/^[0-9a-f]{40}$/);
      else expect(statement.aaguid).toBe(aaguid);
    }
    const root = new X509Certificate(file('root.pem'));
    expect(root.ca).toBe(true);
    expect(new X509Certificate(file('intermediate.pem')).checkIssued(root)).toBe(true);
  });

  it('contains the attestation certificate that the emulator sends', async () => {
    const { attestationObject } = await register('ES256', { persona: 'yubikey-5-nfc' }, 'AAAA');
    const leaf = new X509Certificate(file('personas/yubikey-5-nfc.pem'));
    expect(Buffer.from(attestationObject).includes(leaf.raw)).toBe(true);
  });

  it('returns the same files in every run', () => {
    const digest = (set: Record<string, string>) => createHash('sha256').update(JSON.stringify(set)).digest('hex');
    expect(digest(exportAttestationCa({ now }))).toBe(digest(files));
  });
});
