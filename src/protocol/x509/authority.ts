/** A certification authority (CA) for attestation certificates. */
import { importSigningKey, type SigningKey } from '../crypto.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateTemplate,
  deriveSerialNumber,
  type Extension,
  keyUsage,
  type Name,
  signCertificate,
  subjectKeyIdentifier,
} from './certificate.ts';

/** A signing key with its certificates. */
export interface CertifiedKey {
  key: SigningKey;
  /** DER certificates from the leaf upwards, without the root. */
  chain: Uint8Array[];
}

export interface Authority {
  key: SigningKey;
  name: Name;
  /** DER. */
  certificate: Uint8Array;
  /** The authority that issued `certificate`; absent for a root. */
  issuer?: Authority | undefined;
}

/** What is specific to one leaf certificate. */
export interface LeafContent {
  /** The serial number is derived from it. */
  label: string;
  subject: Name;
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array;
  extensions?: readonly Extension[];
}

/** Returns a changed certificate template; it is called before the certificate is signed. */
export type CertificateTransform = (template: CertificateTemplate) => CertificateTemplate;

const validity = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') };

/** Creates a root authority, or an intermediate authority below `issuer`. */
export function createAuthority(name: Name, label: string, key: SigningKey, issuer?: Authority): Authority {
  const issuerKey = issuer?.key ?? key;
  const template: CertificateTemplate = {
    version: 3,
    serial: deriveSerialNumber(label),
    issuer: issuer?.name ?? name,
    subject: name,
    ...validity,
    spki: key.spki,
    extensions: [
      basicConstraints(true),
      keyUsage('authority'),
      subjectKeyIdentifier(key.spki),
      authorityKeyIdentifier(issuerKey.spki),
    ],
  };
  return { key, name, certificate: signCertificate(template, issuerKey), issuer };
}

/** Issues a leaf certificate. Returns it with the intermediate certificates above it, without the root. */
export function issueLeafCertificate(
  authority: Authority,
  leaf: LeafContent,
  transform: CertificateTransform = (template) => template,
): Uint8Array[] {
  const template: CertificateTemplate = {
    version: 3,
    serial: deriveSerialNumber(leaf.label),
    issuer: authority.name,
    subject: leaf.subject,
    ...validity,
    spki: leaf.spki,
    extensions: [
      basicConstraints(false),
      keyUsage('signature'),
      subjectKeyIdentifier(leaf.spki),
      authorityKeyIdentifier(authority.key.spki),
      ...(leaf.extensions ?? []),
    ],
  };
  return [signCertificate(transform(template), authority.key), ...listIntermediates(authority)];
}

const listIntermediates = (authority: Authority): Uint8Array[] =>
  authority.issuer ? [authority.certificate, ...listIntermediates(authority.issuer)] : [];

/** Returns the root of the authority's chain. */
export const findRoot = (authority: Authority): Authority =>
  authority.issuer ? findRoot(authority.issuer) : authority;

/** Returns an authority from its private P-256 scalar, its name and its certificate in DER. */
export const importAuthority = (secret: Uint8Array, name: Name, certificate: Uint8Array): Authority => ({
  key: importSigningKey('ES256', secret, true),
  name,
  certificate,
});
