import { beforeAll, describe, expect, it } from 'vitest';
import { concat, toBase64url } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { generateSigningKey } from '#protocol/crypto.ts';
import { parseCertificate } from './certificate.ts';
import {
  aaguidExtension,
  type CertificateChanges,
  certifiedAttester,
  extensionWithId,
  type Issued,
  issue,
  issueLeaf,
  KeyUsageFlags,
  unknownExtension,
} from './testing/certificates.ts';
import { type Attester, makeRegistration, testAaguid, testKey } from './testing/registration.ts';
import { type RegistrationExpectations, verifyRegistration } from './verify-registration.ts';

const challenge = toBase64url(systemRandom.bytes(32));
let root: Issued;
let intermediate: Issued;
beforeAll(async () => {
  root = await issue('Root');
  intermediate = await issue('Intermediate', { issuer: root });
});

const verifyResponse = (response: unknown, changes: Partial<RegistrationExpectations> = {}) =>
  verifyRegistration(response, {
    redeemChallenge: async () => ({ algorithms: [-7] }),
    origin: 'http://localhost:1234',
    rpId: 'localhost',
    userVerification: 'required',
    attestation: 'enforced',
    trustAnchors: [parseCertificate(root.der)],
    now: Date.now(),
    ...changes,
  });

const verify = async (attester: Attester, attestation: 'enforced' | 'requested' = 'enforced', anchors = [root]) =>
  verifyResponse(await makeRegistration({ challenge, attester }), {
    attestation,
    trustAnchors: anchors.map(({ der }) => parseCertificate(der)),
  });

/** Returns the certificate with a wrong tag in the value of the extension; the signature of the issuer is invalid then, too. */
function withDamagedExtension(certificate: Issued, oid: readonly number[]): Issued {
  const der = Buffer.from(certificate.der);
  const valueAt = der.indexOf(0x04, der.indexOf(Buffer.from(oid)) + oid.length) + 2;
  der[valueAt] = (der[valueAt] ?? 0) ^ 0x10;
  return { ...certificate, der: new Uint8Array(der) };
}

describe('packed attestation with certificates', () => {
  it.each([
    ['basicConstraints', [0x55, 0x1d, 0x13]],
    ['keyUsage', [0x55, 0x1d, 0x0f]],
    ['the AAGUID extension', [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04]],
  ])('refuses a leaf whose %s cannot be decoded, as a value and not as an error', async (_, oid) => {
    const leaf = await issueLeaf(root, testAaguid, { keyUsage: KeyUsageFlags.digitalSignature });
    const damaged = withDamagedExtension(leaf, oid);
    for (const attestation of ['enforced', 'requested'] as const)
      expect(await verify(certifiedAttester(damaged), attestation)).toMatchObject({
        accepted: false,
        reason: 'attestation-invalid',
      });
  });

  it('trusts a chain to a configured root, with and without an intermediate', async () => {
    const short = await issueLeaf(root, testAaguid);
    const long = await issueLeaf(intermediate, testAaguid);
    const trusted = {
      accepted: true,
      credential: { attestation: { fmt: 'packed', type: 'certified', chain: 'trusted' } },
    };
    expect(await verify(certifiedAttester(short))).toMatchObject(trusted);
    expect(await verify(certifiedAttester(long, intermediate))).toMatchObject(trusted);
    expect(await verify(certifiedAttester(long, intermediate, root)), 'with the root in x5c').toMatchObject(trusted);
  });

  it('refuses a chain to another root if attestation is enforced, and records it otherwise', async () => {
    const otherRoot = await issue('Other root');
    const attester = certifiedAttester(await issueLeaf(root, testAaguid));
    expect(await verify(attester, 'enforced', [otherRoot])).toMatchObject({ reason: 'attestation-untrusted' });
    expect(await verify(attester, 'requested', [otherRoot])).toMatchObject({
      credential: { attestation: { chain: 'untrusted' } },
    });
  });

  const invalidLeaves: Record<string, CertificateChanges> = {
    'that is a CA': { ca: true },
    'without basicConstraints': { ca: null },
    'with another AAGUID': { extensions: [aaguidExtension('00000000-0000-0000-0000-000000000001')] },
    'with a critical AAGUID extension': { extensions: [aaguidExtension(testAaguid, true)] },
    'with an unknown critical extension': { extensions: [unknownExtension(true)] },
    'with a critical extendedKeyUsage': { extensions: [extensionWithId('2.5.29.37', true)] },
    'with a critical subjectAltName': { extensions: [extensionWithId('2.5.29.17', true)] },
    'with a critical key description of Android': { extensions: [extensionWithId('1.3.6.1.4.1.11129.2.1.17', true)] },
    'with a critical nonce of Apple': { extensions: [extensionWithId('1.2.840.113635.100.8.2', true)] },
    'whose keyUsage allows certificates only': { keyUsage: KeyUsageFlags.keyCertSign },
    'whose keyUsage allows encryption only': { keyUsage: KeyUsageFlags.keyEncipherment },
    'with another organisational unit': { subject: 'C=SE, O=Touchstone Test, OU=Web Server, CN=Test Key' },
    'without a country': { subject: 'O=Touchstone Test, OU=Authenticator Attestation, CN=Test Key' },
  };
  it.each(Object.entries(invalidLeaves))('refuses a certificate %s', async (_, changes) => {
    const attester = certifiedAttester(await issueLeaf(root, testAaguid, changes));
    expect(await verify(attester, 'requested')).toMatchObject({ reason: 'attestation-invalid' });
  });

  it.each([
    ['digitalSignature', KeyUsageFlags.digitalSignature],
    ['contentCommitment', KeyUsageFlags.nonRepudiation],
  ])('trusts a certificate whose keyUsage is %s', async (_, keyUsage) => {
    const attester = certifiedAttester(await issueLeaf(root, testAaguid, { keyUsage }));
    expect(await verify(attester)).toMatchObject({ credential: { attestation: { chain: 'trusted' } } });
  });

  it('trusts a certificate with these extensions if they are not critical', async () => {
    const extensions = ['2.5.29.37', '2.5.29.17', '1.3.6.1.4.1.11129.2.1.17'].map((oid) => extensionWithId(oid, false));
    const attester = certifiedAttester(await issueLeaf(root, testAaguid, { extensions }));
    expect(await verify(attester)).toMatchObject({ credential: { attestation: { chain: 'trusted' } } });
  });

  it('refuses an alg that does not match the certificate’s key, and a signature of another key', async () => {
    const attester = certifiedAttester(await issueLeaf(root, testAaguid));
    const other = generateSigningKey('ES256', systemRandom);
    expect(await verify({ ...attester, alg: -257 })).toMatchObject({ reason: 'attestation-invalid' });
    expect(await verify({ ...attester, alg: -35 })).toMatchObject({ reason: 'attestation-invalid' });
    expect(await verify({ ...attester, sign: (data) => other.sign(data) })).toMatchObject({
      reason: 'attestation-invalid',
    });
  });

  it('refuses a certificate that cannot be read', async () => {
    const attester = certifiedAttester(await issueLeaf(root, testAaguid));
    const [leaf = new Uint8Array()] = attester.x5c ?? [];
    for (const der of [leaf.subarray(0, -1), Uint8Array.of(0x30, 0x80), new Uint8Array(0), Uint8Array.of(...leaf, 0)])
      expect(await verify({ ...attester, x5c: [der] })).toMatchObject({ reason: 'attestation-invalid' });
  });
});

describe('fido-u2f attestation', () => {
  /** Signs what section 8.6 says, with the key of `leaf`. */
  const u2fRegistration = (leaf: Issued) => {
    const { sign } = certifiedAttester(leaf);
    const attester: Attester = {
      ...certifiedAttester(leaf),
      async sign(data) {
        const [authData, hash] = [data.subarray(0, -32), data.subarray(-32)];
        const { rpIdHash, attestedCredentialData } = parseAuthenticatorData(authData);
        const { x, y } = { x: testKey.publicKey.get(-2), y: testKey.publicKey.get(-3) } as {
          x: Uint8Array;
          y: Uint8Array;
        };
        const id = attestedCredentialData?.credentialId ?? new Uint8Array();
        return sign(concat(Uint8Array.of(0), rpIdHash, hash, id, Uint8Array.of(4), x, y));
      },
    };
    const attStmt = (statement: CborMap) => new Map([...statement].filter(([name]) => name !== 'alg'));
    return makeRegistration({ challenge, attester, attStmt, fmt: 'fido-u2f', aaguid: noAaguid });
  };
  const noAaguid = '00000000-0000-0000-0000-000000000000';
  const verifyU2f = async (leaf: Issued) => verifyResponse(await u2fRegistration(leaf));

  it('is trusted with a certificate that has no critical extension but those of path validation', async () => {
    const leaf = await issueLeaf(root, testAaguid, { extensions: [extensionWithId('2.5.29.37', false)] });
    expect(await verifyU2f(leaf)).toMatchObject({ credential: { attestation: { fmt: 'fido-u2f', chain: 'trusted' } } });
  });

  it.each(['2.5.29.17', '2.5.29.37', '1.3.6.1.4.1.45724.1.1.4', '1.3.6.1.4.1.11129.2.1.17'])(
    'is refused with the critical extension %s, which other formats process',
    async (oid) => {
      const leaf = await issueLeaf(root, testAaguid, { extensions: [extensionWithId(oid, true)] });
      expect(await verifyU2f(leaf)).toMatchObject({
        reason: 'attestation-invalid',
        detail: `Critical extension ${oid} is not supported in this format`,
      });
    },
  );
});

describe('the time', () => {
  const validity = { notBefore: new Date('2022-01-01'), notAfter: new Date('2024-01-01') };
  const times: [string, string, 'trusted' | 'untrusted'][] = [
    ['before', '2021-12-31', 'untrusted'],
    ['within', '2023-01-01', 'trusted'],
    ['after', '2024-01-02', 'untrusted'],
  ];
  it.each(times)('%s the validity of the leaf is that of the relying party’s clock', async (_, at, chain) => {
    const attester = certifiedAttester(await issueLeaf(root, testAaguid, validity));
    const response = await makeRegistration({ challenge, attester });
    const now = Date.parse(at);
    const requested = await verifyResponse(response, { attestation: 'requested', now });
    expect(requested).toMatchObject({ accepted: true, credential: { attestation: { chain } } });
    const enforced = await verifyResponse(response, { attestation: 'enforced', now });
    expect(enforced).toMatchObject(chain === 'trusted' ? { accepted: true } : { reason: 'attestation-untrusted' });
  });

  it('decides again for each response, also when the same certificates were validated before', async () => {
    const attester = certifiedAttester(await issueLeaf(root, testAaguid, validity));
    const verdicts: string[] = [];
    for (const at of ['2023-01-01', '2025-01-01', '2021-01-01', '2023-06-01']) {
      const outcome = await verifyResponse(await makeRegistration({ challenge, attester }), { now: Date.parse(at) });
      verdicts.push(outcome.accepted ? outcome.credential.attestation.chain : outcome.detail);
    }
    expect(verdicts).toEqual(['trusted', 'Certificate 0: expired', 'Certificate 0: not valid yet', 'trusted']);
  });
});
