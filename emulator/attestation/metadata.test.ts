/** Metadata statements and the BLOB, read by @simplewebauthn/server and by node:crypto. */
import { createHash, verify, X509Certificate } from 'node:crypto';
import { MetadataService, SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { verifyMDSBlob } from '@simplewebauthn/server/helpers';
import { describe, expect, it } from 'vitest';
import { fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import {
  exportTestPki,
  metadataBlob,
  metadataStatement,
  type Persona,
  type PersonaId,
  personas,
  trustAnchors,
} from '../index.ts';
import { strangerAnchor } from './attestation-ca.ts';
import { origin, register, rpId } from './testing/registration.ts';

const all = Object.values(personas) as Persona[];
const now = Date.parse('2026-01-01T12:00:00Z');
const blob = metadataBlob(all, { now, no: 7 });

describe('the metadata service of @simplewebauthn/server', () => {
  const certified = ['yubikey-5-nfc', 'google-titan-v2', 'touchstone-key'] satisfies PersonaId[];
  it.each(certified)('knows %s from our statement alone, and accepts its registration in strict mode', async (id) => {
    SettingsService.setRootCertificates({ identifier: 'packed', certificates: [Buffer.from(strangerAnchor())] });
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

describe('the BLOB', () => {
  it('verifies under our root, and under no other', async () => {
    SettingsService.setRootCertificates({
      identifier: 'mds',
      certificates: trustAnchors().map((der) => Buffer.from(der)),
    });
    const { payload, statements } = await verifyMDSBlob(blob);
    expect(payload).toMatchObject({ no: 7, nextUpdate: '2026-01-31' });
    expect(payload.entries).toHaveLength(all.length);
    expect(statements.length).toBe(all.filter(({ attestation }) => attestation !== 'fido-u2f').length);
    SettingsService.setRootCertificates({ identifier: 'mds', certificates: [Buffer.from(strangerAnchor())] });
    await expect(verifyMDSBlob(blob)).rejects.toThrow('could not be validated');
  });

  it('is a JSON Web Signature that node:crypto verifies, up to the root', () => {
    const [header = '', payload = '', signature = ''] = blob.split('.');
    const { alg, x5c } = JSON.parse(Buffer.from(fromBase64url(header)).toString());
    const chain = [...x5c.map((text: string) => Buffer.from(text, 'base64')), ...trustAnchors()].map(
      (der) => new X509Certificate(der),
    );
    expect(alg).toBe('RS256');
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), chain[0]!.publicKey, fromBase64url(signature))).toBe(
      true,
    );
    expect(verify('sha256', Buffer.from(`${header}.${payload}x`), chain[0]!.publicKey, fromBase64url(signature))).toBe(
      false,
    );
    for (const [index, certificate] of chain.entries())
      expect(certificate.verify((chain[index + 1] ?? certificate).publicKey)).toBe(true);
  });

  it('claims no certification', () => {
    const { entries } = JSON.parse(Buffer.from(fromBase64url(blob.split('.')[1]!)).toString());
    for (const { statusReports } of entries)
      expect(statusReports.map(({ status }: { status: string }) => status)).toEqual(['NOT_FIDO_CERTIFIED']);
  });
});

describe('exportTestPki', () => {
  const files = exportTestPki({ now });

  it('has roots, intermediates, and a statement for each persona', () => {
    for (const { id, aaguid, attestation } of all) {
      const statement = JSON.parse(files[`metadata/${id}.json`]!);
      if (attestation === 'fido-u2f')
        expect(statement.attestationCertificateKeyIdentifiers[0]).toMatch(/^[0-9a-f]{40}$/);
      else expect(statement.aaguid).toBe(aaguid);
    }
    expect(new X509Certificate(files['root.pem']!).ca).toBe(true);
    expect(new X509Certificate(files['intermediate.pem']!).checkIssued(new X509Certificate(files['root.pem']!))).toBe(
      true,
    );
  });

  it('has the very certificates that the emulator sends', async () => {
    const { attestationObject } = await register('ES256', { persona: 'yubikey-5-nfc' }, 'AAAA');
    const leaf = new X509Certificate(files['personas/yubikey-5-nfc.pem']!);
    expect(Buffer.from(attestationObject).includes(leaf.raw)).toBe(true);
  });

  it('is the same in every run', () => {
    const digest = (set: Record<string, string>) => createHash('sha256').update(JSON.stringify(set)).digest('hex');
    expect(digest(exportTestPki({ now }))).toBe(digest(files));
  });
});
