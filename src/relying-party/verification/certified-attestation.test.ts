import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { generateSigningKey } from '#protocol/crypto.ts';
import { parseCertificate } from './certificate.ts';
import { validatePath } from './certificate-path.ts';
import {
  aaguidExtension,
  type CertificateChanges,
  certifiedAttester,
  type Issued,
  issue,
  issueLeaf,
  KeyUsageFlags,
  unknownExtension,
} from './testing/certificates.ts';
import { type Attester, makeRegistration, testAaguid } from './testing/registration.ts';
import { verifyRegistration } from './verify-registration.ts';

const challenge = toBase64url(systemRandom.bytes(32));
let root: Issued;
let intermediate: Issued;
beforeAll(async () => {
  root = await issue('Root');
  intermediate = await issue('Intermediate', { issuer: root });
});

const verify = async (attester: Attester, attestation: 'enforced' | 'requested' = 'enforced', anchors = [root]) =>
  verifyRegistration(await makeRegistration({ challenge, attester }), {
    redeemChallenge: async () => ({ algorithms: [-7] }),
    origin: 'http://localhost:1234',
    rpId: 'localhost',
    userVerification: 'required',
    attestation,
    trustAnchors: anchors.map(({ der }) => parseCertificate(der)),
    now: Date.now(),
  });

describe('packed attestation with certificates', () => {
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
    'with another organisational unit': { subject: 'C=SE, O=Touchstone Test, OU=Web Server, CN=Test Key' },
    'without a country': { subject: 'O=Touchstone Test, OU=Authenticator Attestation, CN=Test Key' },
  };
  it.each(Object.entries(invalidLeaves))('refuses a certificate %s', async (_, changes) => {
    const attester = certifiedAttester(await issueLeaf(root, testAaguid, changes));
    expect(await verify(attester, 'requested')).toMatchObject({ reason: 'attestation-invalid' });
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

describe('validatePath', () => {
  const resultOf = (chain: Issued[], anchors: Issued[] = [root], now = Date.now()) => {
    const parse = ({ der }: Issued) => parseCertificate(der);
    const verdict = validatePath(chain.map(parse), anchors.map(parse), now);
    return verdict.trusted ? 'trusted' : verdict.why;
  };

  it('finds the anchor among several, and accepts a leaf that is an anchor itself', async () => {
    const leaf = await issueLeaf(root, testAaguid);
    expect(resultOf([leaf], [await issue('Other'), root])).toBe('trusted');
    expect(resultOf([leaf], [leaf])).toBe('trusted');
    expect(resultOf([leaf], [])).toBe('No configured root issued the chain');
    expect(resultOf([], [root])).toBe('No configured root issued the chain');
  });

  it('refuses an anchor of the same name with another key, and tries the next anchor of that name', async () => {
    const leaf = await issueLeaf(root, testAaguid);
    const otherRootOfSameName = await issue('Root');
    expect(resultOf([leaf], [otherRootOfSameName])).toMatch('signature does not verify');
    expect(resultOf([leaf], [otherRootOfSameName, root])).toBe('trusted');
  });

  const invalidIntermediates: Record<string, [CertificateChanges, string]> = {
    'is not a CA': [{ ca: false }, 'not a certification authority'],
    'has no basicConstraints': [{ ca: null }, 'not a certification authority'],
    'may not sign certificates': [{ keyUsage: KeyUsageFlags.digitalSignature }, 'may not sign certificates'],
    'has expired': [{ notAfter: new Date('2021-01-01') }, 'expired'],
    'is not valid yet': [{ notBefore: new Date('2048-01-01') }, 'not valid yet'],
    'has an unknown critical extension': [{ extensions: [unknownExtension(true)] }, 'is not supported'],
  };
  it.each(Object.entries(invalidIntermediates))('refuses an intermediate that %s', async (_, [changes, problem]) => {
    const invalid = await issue('Invalid', { issuer: root, ...changes });
    expect(resultOf([await issueLeaf(invalid, testAaguid), invalid])).toMatch(problem);
  });

  it('accepts an intermediate without keyUsage and with an unknown extension that is not critical', async () => {
    const valid = await issue('Valid', { issuer: root, keyUsage: null, extensions: [unknownExtension(false)] });
    expect(resultOf([await issueLeaf(valid, testAaguid), valid])).toBe('trusted');
  });

  it('applies the path length: 0 allows a leaf, but no intermediate', async () => {
    const top = await issue('Top', { issuer: root, pathLength: 0 });
    const below = await issue('Below', { issuer: top });
    expect(resultOf([await issueLeaf(top, testAaguid), top])).toBe('trusted');
    expect(resultOf([await issueLeaf(below, testAaguid), below, top])).toMatch('path below its issuer is too long');
  });

  it('refuses a missing certificate, the wrong order, and a duplicate certificate', async () => {
    const leaf = await issueLeaf(intermediate, testAaguid);
    expect(resultOf([leaf])).toBe('No configured root issued the chain');
    expect(resultOf([intermediate, leaf])).not.toBe('trusted');
    expect(resultOf([leaf, intermediate, intermediate])).not.toBe('trusted');
    expect(resultOf([leaf, intermediate, root, root])).toBe('A certificate occurs twice');
  });

  it('checks the dates of every certificate, including the root, at the given time', async () => {
    const leaf = await issueLeaf(root, testAaguid);
    expect(resultOf([leaf], [root], Date.parse('2019-01-01'))).toMatch('not valid yet');
    const oldRoot = await issue('Old root', { notAfter: new Date('2021-01-01') });
    expect(resultOf([await issueLeaf(oldRoot, testAaguid)], [oldRoot])).toMatch('Certificate 1: expired');
  });
});
