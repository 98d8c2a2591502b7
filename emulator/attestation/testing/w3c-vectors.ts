/**
 * Reproduces the ceremonies of WebAuthn L3 section 16 "Test Vectors" from the published derivation: every value is
 * HKDF-SHA-256(IKM 'WebAuthn test vectors', salt one counter byte, info the vector's name).
 */
import { fromHex, toBase64url, toHex, utf8 } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { encodeRsaPrivateKey, hkdfSha256, importSigningKey, sha256 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateTemplate,
  type Extension,
  keyUsage,
  type Name,
  signCertificate,
  subjectKeyIdentifier,
} from '#protocol/x509/certificate.ts';
import {
  type AttestationChoice,
  createAuthenticator,
  type InjectedAttestation,
  type Persona,
  personas,
} from '../../index.ts';
import { TestPlatform } from '../../testing/test-platform.ts';

export interface W3cVector {
  name: string;
  attestation: AttestationChoice;
  algorithm: CoseAlgorithm;
  credentialIdLength?: number;
  challengeLength?: number;
  crossOrigin?: true;
  topOrigin?: string;
}

export const w3cVectors: readonly W3cVector[] = [
  { name: 'none.ES256', attestation: 'none', algorithm: 'ES256' },
  { name: 'packed-self.ES256', attestation: 'packed-self', algorithm: 'ES256' },
  { name: 'none.ES256.crossOrigin', attestation: 'none', algorithm: 'ES256', crossOrigin: true },
  {
    name: 'none.ES256.topOrigin',
    attestation: 'none',
    algorithm: 'ES256',
    crossOrigin: true,
    topOrigin: 'https://example.com',
  },
  { name: 'none.ES256.long-credential-id', attestation: 'none', algorithm: 'ES256', credentialIdLength: 1023 },
  { name: 'packed.ES256', attestation: 'packed-basic', algorithm: 'ES256' },
  { name: 'packed.ES384', attestation: 'packed-basic', algorithm: 'ES384' },
  { name: 'packed.ES512', attestation: 'packed-basic', algorithm: 'ES512', challengeLength: 128 },
  { name: 'packed.RS256', attestation: 'packed-basic', algorithm: 'RS256' },
  { name: 'packed.EdDSA', attestation: 'packed-basic', algorithm: 'EdDSA' },
  { name: 'packed.Ed448', attestation: 'packed-basic', algorithm: 'Ed448' },
  { name: 'tpm.ES256', attestation: 'tpm', algorithm: 'ES256' },
  { name: 'android-key.ES256', attestation: 'android-key', algorithm: 'ES256' },
  { name: 'apple.ES256', attestation: 'apple', algorithm: 'ES256' },
  { name: 'fido-u2f.ES256', attestation: 'fido-u2f', algorithm: 'ES256' },
];

/** Returns the next derived bytes. */
type DeriveBytes = (length: number) => Uint8Array;

function createDerivation(name: string): DeriveBytes {
  let counter = 0;
  return (length) => hkdfSha256(utf8('WebAuthn test vectors'), new Uint8Array([counter++]), name, length);
}

const subject = (unit: string): Name => [
  ['CN', 'WebAuthn test vectors'],
  ['O', 'W3C'],
  ['OU', unit],
  ['C', 'AA'],
];
const validity = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('3024-01-01T00:00:00Z') };

/** Returns the attestation trust root, section 16.1. */
export function w3cAuthority() {
  const derive = createDerivation('Attestation CA');
  const secret = derive(32);
  const key = importSigningKey('ES256', secret, true);
  const name = subject('Authenticator Attestation CA');
  const extensions = [basicConstraints(true), keyUsage('authority'), subjectKeyIdentifier(key.spki)];
  const serial = derive(16);
  const template = { version: 3, serial, issuer: name, subject: name, ...validity, spki: key.spki, extensions };
  return { secret, name, key, certificate: signCertificate(template, key) };
}

/** The RSA private key is not derived: its primes are the two smallest Mersenne primes 2^p - 1 with p >= 1024. */
const mersenneKey = () => encodeRsaPrivateKey(2n ** 1279n - 1n, 2n ** 2203n - 1n);

function privateKey(algorithm: CoseAlgorithm, derive: DeriveBytes): Uint8Array {
  const row = coseAlgorithms[algorithm];
  if (row.kty === 3) return mersenneKey();
  if (algorithm !== 'ES512') return derive('coordinate' in row ? row.coordinate : 32);
  return new Uint8Array([0, ...derive(65)]);
}

function clientData(type: string, challenge: Uint8Array, { crossOrigin, topOrigin }: W3cVector, derive: DeriveBytes) {
  const extended = (derive(1)[0]! & 1) === 1;
  const promise = 'clientDataJSON may be extended with additional fields in the future, such as this';
  return utf8(
    JSON.stringify({
      type,
      challenge: toBase64url(challenge),
      origin: 'https://example.org',
      crossOrigin: crossOrigin ?? false,
      ...(topOrigin !== undefined && { topOrigin }),
      ...(extended && { extraData: `${promise}: ${toBase64url(derive(16))}` }),
    }),
  );
}

const flag = { uv: 0x04, be: 0x08, bs: 0x10 };

/** Runs both ceremonies of a vector. Returns, as bytes, the values that the section publishes for each. */
export async function runW3cCeremonies(vector: W3cVector) {
  const derive = createDerivation(vector.name);
  const challenge = derive(vector.challengeLength ?? 32);
  const secret = privateKey(vector.algorithm, derive);
  const clientDataJSON = clientData('webauthn.create', challenge, vector, derive);
  const aaguid = toHex(derive(16)).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const credentialId = derive(vector.credentialIdLength ?? 32);
  const flags = vector.attestation === 'fido-u2f' ? 0 : derive(1)[0]!;
  const eligible = (flags & flag.be) !== 0;
  const injected = createInjectedAttestation(vector, derive);
  const platform = (backedUp: boolean) => {
    const persona = createPersona(vector, aaguid, { eligible, backedUp: eligible && backedUp });
    const credentials = [{ credentialId, algorithm: vector.algorithm, secret }];
    const random = seededRandom('ceremonies');
    return new TestPlatform(createAuthenticator({ persona, random, credentials, attestationIdentity: injected }));
  };
  const registered = await platform((flags & flag.bs) !== 0).makeCredential({
    rp: { id: 'example.org' },
    clientDataHash: sha256(clientDataJSON),
    pubKeyCredParams: [{ type: 'public-key', alg: coseAlgorithms[vector.algorithm].alg }],
    options: flags & flag.uv ? { uv: true } : {},
  });
  const { fmt, attStmt, authData } = registered.response;
  const object = new Map<string, CborValue>(Object.entries({ fmt, attStmt: attStmt as CborMap, authData }));
  const signInChallenge = derive(vector.challengeLength ?? 32);
  const signInData = clientData('webauthn.get', signInChallenge, vector, derive);
  const signInFlags = derive(1)[0]!;
  const asserted = await platform((signInFlags & flag.bs) !== 0).getAssertion({
    rpId: 'example.org',
    clientDataHash: sha256(signInData),
    allowList: [{ type: 'public-key', id: credentialId }],
    options: signInFlags & flag.uv ? { uv: true } : {},
  });
  return {
    registration: { clientDataJSON, attestationObject: encode(object) },
    authentication: {
      clientDataJSON: signInData,
      authenticatorData: asserted.response.authData,
      signature: asserted.response.signature,
    },
  };
}

function createPersona(
  { attestation, algorithm }: W3cVector,
  aaguid: string,
  backup: Persona['backup'] & object,
): Persona {
  return {
    ...personas['touchstone-key'],
    aaguid,
    attestation,
    algorithms: [algorithm],
    backup,
    builtInUv: { uvModality: 0x02, maxUvRetries: 3, attempts: 3, survivesReset: true },
    signCounter: 'constant-zero',
    intermediateCa: false,
  };
}

/** Returns the attestation key, unless the credential key attests, and the certificate fields that the section uses. */
function createInjectedAttestation({ attestation }: W3cVector, derive: DeriveBytes): InjectedAttestation {
  if (attestation === 'none' || attestation === 'packed-self') return {};
  const ca = w3cAuthority();
  const ownKey = attestation === 'android-key' || attestation === 'apple';
  const secret = ownKey ? undefined : derive(32);
  const serial = derive(16);
  return {
    ca,
    secret,
    keepsAaguid: true,
    sendsRoot: false,
    certificate: (template) => ({
      ...template,
      ...validity,
      serial,
      subject: attestation === 'tpm' ? [] : subject('Authenticator Attestation'),
      extensions: listExtensions(attestation, template, ca.key.spki),
    }),
    tpm: {
      objectAttributes: 1 << 18,
      clockInfo: fromHex('0000000000000000111111112222222233'),
      firmwareVersion: new Uint8Array(8),
      qualifiedSigner: new Uint8Array(0),
      qualifiedName: new Uint8Array(0),
    },
  };
}

function listExtensions(attestation: AttestationChoice, { spki, extensions }: CertificateTemplate, caSpki: Uint8Array) {
  const common = [
    basicConstraints(false),
    keyUsage('signature'),
    subjectKeyIdentifier(spki),
    authorityKeyIdentifier(caSpki),
  ];
  const specific = extensions.slice(common.length);
  if (attestation === 'tpm') return [...common, specific[0]!, tpmNames];
  if (attestation === 'android-key') return [...common, keyDescription(specific[0]!)];
  return attestation === 'apple' ? [...common, ...specific] : common;
}

const attribute = (oid: string, value: string) => der.sequence(der.objectIdentifier(oid), der.utf8String(value));
/** The subject alternative name: one relative distinguished name with three attributes. */
const tpmNames: Extension = {
  oid: '2.5.29.17',
  critical: true,
  value: der.sequence(
    der.contextSpecific(
      4,
      der.sequence(
        der.setOf(
          attribute('2.23.133.2.1', 'id:00000000'),
          attribute('2.23.133.2.2', 'WebAuthn test vectors'),
          attribute('2.23.133.2.3', 'id:00000000'),
        ),
      ),
    ),
  ),
};

/**
 * The key description in the section has version 300, empty authorization lists, and INTEGER where the schema requires
 * ENUMERATED.
 */
function keyDescription({ oid, critical, value }: Extension): Extension {
  const challengeAt = value.findIndex((byte, at) => byte === 0x04 && value[at + 1] === 32);
  const challenge = value.subarray(challengeAt, challengeAt + 34);
  const numbers = [300, 0, 0, 0].map((number) => der.integer(number));
  const rest = [der.octetString(new Uint8Array(0)), der.sequence(), der.sequence()];
  return { oid, critical, value: der.sequence(...numbers, challenge, ...rest) };
}
