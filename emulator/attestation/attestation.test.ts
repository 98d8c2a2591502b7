/** Attestation of personas, checked with third-party verifiers. */
import 'reflect-metadata';
import { X509Certificate } from '@peculiar/x509';
import { SettingsService, verifyRegistrationResponse } from '@simplewebauthn/server';
import { afterAll, assert, beforeEach, describe, expect, it } from 'vitest';
import { toBase64url, toHex, utf8 } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import {
  type AttestationChoice,
  type AuthenticatorOptions,
  createAuthenticator,
  type DefectId,
  personas,
  toPem,
  trustAnchors,
} from '../index.ts';
import { TestPlatform } from '../testing/test-platform.ts';

const origin = 'https://example.com';
const challenge = toBase64url(utf8('a challenge of enough bytes'));
const clientDataJSON = utf8(JSON.stringify({ type: 'webauthn.create', challenge, origin, crossOrigin: false }));

const identifiers = ['packed', 'fido-u2f'] as const;

beforeEach(() => {
  const certificates = trustAnchors().map(toPem);
  for (const identifier of identifiers) SettingsService.setRootCertificates({ identifier, certificates });
});

// The settings of the library are process-wide, and other tests may run in the same process.
afterAll(() => {
  for (const identifier of identifiers) SettingsService.setRootCertificates({ identifier, certificates: [] });
});

async function registerAndVerify(options: AuthenticatorOptions) {
  const platform = new TestPlatform(createAuthenticator(options));
  const uv = options.persona === 'apple-passwords' || options.persona === 'windows-hello-software';
  const pubKeyCredParams = [-8, -7].map((alg) => ({ type: 'public-key', alg }));
  const clientDataHash = sha256(clientDataJSON);
  const reply = await platform.makeCredential({ clientDataHash, pubKeyCredParams, options: uv ? { uv } : {} });
  expect(reply.status).toBe('CTAP2_OK');
  const { fmt, authData, attStmt } = reply.response;
  const attestationObject = encode(
    new Map<string, string | Uint8Array | CborMap>([
      ['fmt', fmt],
      ['attStmt', attStmt],
      ['authData', authData],
    ]),
  );
  const idEnd = 55 + authData[53]! * 256 + authData[54]!; // not parsed: some defects make authenticator data invalid
  const id = toBase64url(authData.subarray(55, idEnd));
  return verifyRegistrationResponse({
    response: {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: toBase64url(clientDataJSON),
        attestationObject: toBase64url(attestationObject),
      },
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: 'example.com',
    requireUserVerification: false,
  });
}

describe('@simplewebauthn/server accepts attestation', () => {
  it.each<[AttestationChoice, AuthenticatorOptions['persona'], string]>([
    ['packed-basic', 'yubikey-5-nfc', 'packed'],
    ['packed-basic', 'touchstone-key', 'packed'],
    ['packed-self', 'windows-hello-software', 'packed'],
    ['packed-self', 'touchstone-key', 'packed'],
    ['fido-u2f', 'yubikey-5-legacy', 'fido-u2f'],
    ['none', 'apple-passwords', 'none'],
  ])('%s of persona %s', async (attestation, persona, fmt) => {
    const { verified: accepted, registrationInfo } = await registerAndVerify({ persona, attestation });
    expect(accepted).toBe(true);
    expect(registrationInfo?.fmt).toBe(fmt);
    const zero = attestation === 'fido-u2f';
    expect(/^[0-]+$/.test(registrationInfo?.aaguid ?? ''), 'the AAGUID is all zeros').toBe(zero);
  });
});

describe('@simplewebauthn/server rejects the defect', () => {
  it.each<DefectId>([
    'signature.zero',
    'signature.other-challenge',
    'authdata.rp-id-hash-other',
    'flags.up-missing',
    'authdata.aaguid-other',
    'authdata.credential-id-empty',
    'attestation.alg-other',
    'attestation.untrusted-root',
    'certificate.expired',
    'certificate.ca',
    'certificate.subject-ou-other',
    'certificate.version-1',
    'flags.bs-without-be',
  ])('%s', async (defect) => {
    const attempt = registerAndVerify({ persona: 'yubikey-5-nfc', defects: [defect] }).then(
      ({ verified: accepted }) => accepted,
      () => false,
    );
    expect(await attempt).toBe(false);
  });
});

it.each<[DefectId, string]>([
  ['authdata.credential-id-too-long', 'authdata.credential-id'],
  ['cose.cut-off', 'cbor.truncated'],
])('our strict parser rejects the defect %s, which @simplewebauthn/server 14 accepts', async (defect, rule) => {
  const authenticator = createAuthenticator({ persona: 'yubikey-5-nfc', defects: [defect] });
  const { response } = await new TestPlatform(authenticator).makeCredential();
  expect(() => parseAuthenticatorData(response.authData)).toThrow(expect.objectContaining({ rule }));
});

describe('attestation certificates', () => {
  const chainOf = async (options: AuthenticatorOptions) => {
    const { response } = await new TestPlatform(createAuthenticator(options)).makeCredential();
    return (response.attStmt.get('x5c') as Uint8Array[]).map((der) => new X509Certificate(Buffer.from(der)));
  };

  it('form a chain from the leaf to the root that @peculiar/x509 verifies', async () => {
    const chain = await chainOf({ persona: 'touchstone-key' });
    const [root] = trustAnchors().map((der) => new X509Certificate(Buffer.from(der)));
    assert(root);
    const path = [...chain, root];
    for (const [index, certificate] of path.entries()) {
      const issuer = path[index + 1] ?? root;
      expect(certificate.issuer).toBe(issuer.subject);
      expect(await certificate.verify({ publicKey: issuer.publicKey, signatureOnly: true })).toBe(true);
    }
    expect(chain[0]?.subject).toContain('OU=Authenticator Attestation');
    expect(chain[0]?.subject).toContain('TEST ONLY');
    expect(chain[0]?.notAfter.toISOString()).toBe('2049-12-31T23:59:59.000Z');
  });

  it('contain the AAGUID as an OCTET STRING inside the extension', async () => {
    const [leaf] = await chainOf({ persona: 'touchstone-key' });
    const extension = leaf?.getExtension('1.3.6.1.4.1.45724.1.1.4');
    assert(extension);
    expect(extension.critical).toBe(false);
    expect(toHex(new Uint8Array(extension.value))).toBe(`0410${personas['touchstone-key'].aaguid.replaceAll('-', '')}`);
  });

  it('are identical in every authenticator of a model', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => chainOf({ persona: 'yubikey-bio' })));
    const toPems = (chain: X509Certificate[] = []) => chain.map((certificate) => certificate.toString('pem'));
    expect(toPems(one)).toHaveLength(1);
    expect(toPems(one)).toEqual(toPems(other));
  });
});
