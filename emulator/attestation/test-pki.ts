/**
 * The test certification authority: root -> intermediate -> attestation certificate, the same bytes in every run.
 * Private keys are derived from fixed labels (HKDF), so nothing secret is stored and anyone can derive them: these roots
 * prove nothing outside of tests, and say so in their names.
 */
import { utf8 } from '#protocol/bytes.ts';
import { hkdfSha256, importSigningKey, type SigningKey } from '#protocol/crypto.ts';
import {
  aaguidExtension,
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateTemplate,
  issue,
  keyUsage,
  type Name,
  serialFrom,
  subjectKeyIdentifier,
} from './x509.ts';

/** Who signs, and the chain from the leaf upwards, without the root. */
export interface AttestationIdentity {
  key: SigningKey;
  chain: Uint8Array[];
}

interface Authority {
  key: SigningKey;
  name: Name;
  certificate: Uint8Array;
}

const validity = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') };
const organisation = [
  ['C', 'CH'],
  ['O', 'Touchstone TEST ONLY - no certified authenticator'],
] as const;

const keyFor = (label: string, deterministic: boolean): SigningKey =>
  importSigningKey('ES256', hkdfSha256(utf8('touchstone test pki'), new Uint8Array(32), label, 32), deterministic);

function authority(commonName: string, issuer?: Authority): Authority {
  const key = keyFor(commonName, true);
  const name: Name = [...organisation, ['CN', commonName]];
  const certificate = issue(
    {
      version: 3,
      serial: serialFrom(commonName),
      issuer: issuer?.name ?? name,
      subject: name,
      ...validity,
      spki: key.spki,
      extensions: [
        basicConstraints(true),
        keyUsage('authority'),
        subjectKeyIdentifier(key.spki),
        authorityKeyIdentifier((issuer?.key ?? key).spki),
      ],
    },
    issuer?.key ?? key,
  );
  return { key, name, certificate };
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const root = once(() => authority('Touchstone Test Root CA'));
const intermediate = once(() => authority('Touchstone Test Attestation CA', root()));
/** Nobody is told to trust this one. */
const strangerRoot = once(() => authority('Touchstone Unknown Root CA'));

/** The roots that a relying party must trust to accept our attestation, DER. */
export const trustAnchors = (): Uint8Array[] => [root().certificate];

/** A root that no relying party trusts, DER. */
export const strangerAnchor = (): Uint8Array => strangerRoot().certificate;

/** What a certificate is made for. */
export interface LeafRequest {
  model: string;
  /** Absent for fido-u2f, whose certificate knows no model. */
  aaguid?: Uint8Array | undefined;
  /** Changes the template before it is signed. */
  alter?: ((template: CertificateTemplate) => CertificateTemplate) | undefined;
  /** The leaf hangs under the intermediate CA instead of the root. */
  intermediateCa?: boolean | undefined;
  untrusted?: boolean | undefined;
  /** The attestation key signs with RFC 6979 nonces: reproducible, and 30 times slower. */
  deterministic?: boolean | undefined;
}

/** An attestation key with its certificate, WebAuthn L3 section 8.2.1. */
export function attestationIdentity(request: LeafRequest): AttestationIdentity {
  const {
    model,
    aaguid,
    alter = (same) => same,
    intermediateCa = false,
    untrusted = false,
    deterministic = false,
  } = request;
  const issuer = untrusted ? strangerRoot() : intermediateCa ? intermediate() : root();
  const label = `${model} ${aaguid ? 'packed' : 'fido-u2f'}`;
  const key = keyFor(label, deterministic);
  const template: CertificateTemplate = {
    version: 3,
    serial: serialFrom(label),
    issuer: issuer.name,
    subject: [...organisation, ['OU', 'Authenticator Attestation'], ['CN', `${model} (emulated)`]],
    ...validity,
    spki: key.spki,
    extensions: [
      basicConstraints(false),
      keyUsage('signature'),
      subjectKeyIdentifier(key.spki),
      authorityKeyIdentifier(issuer.key.spki),
      ...(aaguid ? [aaguidExtension(aaguid)] : []),
    ],
  };
  const leaf = issue(alter(template), issuer.key);
  return { key, chain: intermediateCa && !untrusted ? [leaf, issuer.certificate] : [leaf] };
}
