/**
 * What a metadata service would tell of a persona: its metadata statement (FIDO Metadata Statement v3) and the signed BLOB of
 * all (FIDO Metadata Service v3 section 3.1). Every status is NOT_FIDO_CERTIFIED: nothing here claims a certification.
 */
import { toHex } from '#base/bytes.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { sha1 } from '#protocol/crypto.ts';
import type { AttestationChoice, Persona } from '../personas/persona.ts';
import { attestationIdentity, certificateOfService, trustAnchors } from './attestation-ca.ts';
import { signJws } from './jws.ts';
import { leafRequestFor } from './model.ts';
import { publicKeyBits } from './x509.ts';

/** A JSON object as the specification has it. */
export type MetadataStatement = Readonly<Record<string, unknown>>;

/** FIDO Registry of Predefined Values, section 3.6.1; ES512's name says sha256 there. */
const algorithmNames: Partial<Record<CoseAlgorithm, string>> = {
  ES256: 'secp256r1_ecdsa_sha256_raw',
  ES384: 'secp384r1_ecdsa_sha384_raw',
  ES512: 'secp512r1_ecdsa_sha256_raw',
  ES256K: 'secp256k1_ecdsa_sha256_raw',
  EdDSA: 'ed25519_eddsa_sha512_raw',
  RS256: 'rsassa_pkcsv15_sha256_raw',
  RS384: 'rsassa_pkcsv15_sha384_raw',
  RS512: 'rsassa_pkcsv15_sha512_raw',
  RS1: 'rsassa_pkcsv15_sha1_raw',
  PS256: 'rsassa_pss_sha256_raw',
  PS384: 'rsassa_pss_sha384_raw',
  PS512: 'rsassa_pss_sha512_raw',
};

/** Registry, section 3.6.3. */
const attestationTypes: Record<AttestationChoice, readonly string[]> = {
  'packed-basic': ['basic_full'],
  'packed-enterprise': ['basic_full'],
  'packed-self': ['basic_surrogate'],
  tpm: ['attca'],
  'android-key': ['basic_full'],
  'android-safetynet': ['basic_full'],
  'fido-u2f': ['basic_full'],
  apple: ['anonca'],
  compound: ['basic_full', 'basic_surrogate'],
  none: ['none'],
};

const hints: Record<string, string> = {
  usb: 'wired',
  nfc: 'nfc',
  ble: 'bluetooth',
  internal: 'internal',
  'smart-card': 'wired',
};
const legalHeader = 'Touchstone TEST ONLY: describes emulated authenticators. Never trust it outside of tests.';
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** The metadata statement of a persona, under the test root. */
export function metadataStatement(persona: Persona): MetadataStatement {
  const { attestation, transports, versions } = persona;
  const external = !transports.includes('internal');
  const attachmentHint = [external ? 'external' : 'internal', ...transports.flatMap((name) => hints[name] ?? [])];
  const rooted = attestation !== 'none' && attestation !== 'packed-self';
  return {
    legalHeader,
    description: `${persona.label} (emulated)`,
    ...identifierOf(persona),
    authenticatorVersion: persona.firmwareVersion ?? 1,
    schema: 3,
    upv: versions.includes('FIDO_2_1') ? [{ major: 1, minor: 1 }] : [{ major: 1, minor: 0 }],
    authenticationAlgorithms: persona.algorithms.flatMap((name) => algorithmNames[name] ?? []),
    publicKeyAlgAndEncodings: ['cose'],
    attestationTypes: attestationTypes[attestation],
    userVerificationDetails: userVerification(persona).map((userVerificationMethod) => [{ userVerificationMethod }]),
    keyProtection: ['software'],
    matcherProtection: ['software'],
    cryptoStrength: 128,
    attachmentHint: [...new Set(attachmentHint)],
    tcDisplay: [],
    attestationRootCertificates: rooted ? trustAnchors().map(base64) : [],
    authenticatorGetInfo: {
      versions,
      extensions: persona.extensions,
      aaguid: persona.aaguid.replaceAll('-', ''),
      options: persona.options,
      maxMsgSize: persona.maxMsgSize,
    },
  };
}

/** FIDO2 models have an AAGUID; U2F ones are known by the key identifiers of their certificates. */
function identifierOf(persona: Persona) {
  if (persona.attestation !== 'fido-u2f') return { aaguid: persona.aaguid, protocolFamily: 'fido2' };
  const { key } = attestationIdentity(leafRequestFor(persona));
  return {
    attestationCertificateKeyIdentifiers: [toHex(sha1(publicKeyBits(key.spki)))],
    protocolFamily: 'u2f',
  };
}

const userVerification = ({ options, builtInUv }: Persona): string[] => [
  'presence_internal',
  ...(options.clientPin === undefined ? [] : ['passcode_external']),
  ...(builtInUv ? [builtInUv.uvModality === 0x02 ? 'fingerprint_internal' : 'passcode_internal'] : []),
];

export interface MetadataBlobOptions {
  /** Serial number of the BLOB; it never goes back. */
  no?: number | undefined;
  /** Milliseconds since the Unix epoch; the next update is due 30 days later. */
  now: number;
}

/** The metadata BLOB over `personas`: a JSON Web Token, RS256, with its certificate chain up to the test root in x5c. */
export function metadataBlob(personas: readonly Persona[], { no = 1, now }: MetadataBlobOptions): string {
  const { key, chain } = certificateOfService('Touchstone Test Metadata Service');
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  const entries = personas.map((persona) => {
    const { protocolFamily: _family, ...identifier } = identifierOf(persona);
    return {
      ...identifier,
      metadataStatement: metadataStatement(persona),
      statusReports: [{ status: 'NOT_FIDO_CERTIFIED', effectiveDate: '2024-01-01' }],
      timeOfLastStatusChange: '2024-01-01',
    };
  });
  const payload = { legalHeader, no, nextUpdate: day(now + 30 * 86_400_000), entries };
  return signJws({ alg: 'RS256', typ: 'JWT', x5c: chain.map(base64) }, payload, (data) => key.sign(data));
}
