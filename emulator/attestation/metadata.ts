/**
 * Metadata of personas: the metadata statement of one (FIDO Metadata Statement v3) and the signed BLOB of all (FIDO Metadata
 * Service v3 section 3.1). Every status is NOT_FIDO_CERTIFIED: nothing here claims a certification.
 */
import { toHex } from '#base/bytes.ts';
import { sha1 } from '#protocol/crypto.ts';
import { authenticationAlgorithms } from '#protocol/metadata.ts';
import { publicKeyBits } from '#protocol/x509/certificate.ts';
import type { Persona } from '../personas/persona.ts';
import { createAttestationIdentity, createServiceKey, trustAnchors } from './attestation-ca.ts';
import { signJws } from './jws.ts';
import { identityOptionsForPersona } from './persona-identity.ts';
import { attestationFormats } from './registry.ts';

/** A metadata statement as JSON object; members as in FIDO Metadata Statement v3. */
export type MetadataStatement = Readonly<Record<string, unknown>>;

/** Values of attachmentHint by transport. */
const attachmentHints: Record<string, string> = {
  usb: 'wired',
  nfc: 'nfc',
  ble: 'bluetooth',
  internal: 'internal',
  'smart-card': 'wired',
};

const legalHeader = 'Touchstone TEST ONLY: describes emulated authenticators. Never trust it outside of tests.';
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** Returns the metadata statement of a persona, with the test root as attestation root. */
export function metadataStatement(persona: Persona): MetadataStatement {
  const { attestation, transports, versions } = persona;
  const external = !transports.includes('internal');
  const attachmentHint = [
    external ? 'external' : 'internal',
    ...transports.flatMap((name) => attachmentHints[name] ?? []),
  ];
  const { metadataTypes } = attestationFormats[attestation];
  const hasRoot = metadataTypes.some((type) => type !== 'none' && type !== 'basic_surrogate');
  return {
    legalHeader,
    description: `${persona.label} (emulated)`,
    ...identifyModel(persona),
    authenticatorVersion: persona.firmwareVersion ?? 1,
    schema: 3,
    upv: versions.includes('FIDO_2_1') ? [{ major: 1, minor: 1 }] : [{ major: 1, minor: 0 }],
    authenticationAlgorithms: persona.algorithms.flatMap((name) => authenticationAlgorithms[name] ?? []),
    publicKeyAlgAndEncodings: ['cose'],
    attestationTypes: metadataTypes,
    userVerificationDetails: listUserVerificationMethods(persona).map((userVerificationMethod) => [
      { userVerificationMethod },
    ]),
    keyProtection: ['software'],
    matcherProtection: ['software'],
    cryptoStrength: 128,
    attachmentHint: [...new Set(attachmentHint)],
    tcDisplay: [],
    attestationRootCertificates: hasRoot ? trustAnchors().map(base64) : [],
    authenticatorGetInfo: {
      versions,
      extensions: persona.extensions,
      aaguid: persona.aaguid.replaceAll('-', ''),
      options: persona.options,
      maxMsgSize: persona.maxMsgSize,
    },
  };
}

/** Returns the members that identify the model: the AAGUID for FIDO2, the key identifier of its certificate for U2F. */
function identifyModel(persona: Persona) {
  if (persona.attestation !== 'fido-u2f') return { aaguid: persona.aaguid, protocolFamily: 'fido2' };
  const { key } = createAttestationIdentity(identityOptionsForPersona(persona));
  return {
    attestationCertificateKeyIdentifiers: [toHex(sha1(publicKeyBits(key.spki)))],
    protocolFamily: 'u2f',
  };
}

const listUserVerificationMethods = ({ options, builtInUv }: Persona): string[] => [
  'presence_internal',
  ...(options.clientPin === undefined ? [] : ['passcode_external']),
  ...(builtInUv ? [builtInUv.uvModality === 0x02 ? 'fingerprint_internal' : 'passcode_internal'] : []),
];

export interface MetadataBlobOptions {
  /** Serial number of the BLOB, default 1; each new BLOB must have a higher number. */
  no?: number | undefined;
  /** Milliseconds since the Unix epoch. The next update is due 30 days later. */
  now: number;
}

/** Returns the metadata BLOB for `personas`: a JSON Web Token, RS256, with the certificate chain below the test root in x5c. */
export function metadataBlob(personas: readonly Persona[], { no = 1, now }: MetadataBlobOptions): string {
  const { key, chain } = createServiceKey('Touchstone Test Metadata Service');
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  const entries = personas.map((persona) => {
    const { protocolFamily: _family, ...identifier } = identifyModel(persona);
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
