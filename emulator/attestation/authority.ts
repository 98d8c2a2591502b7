/** A certification authority for attestation: what it issues, and what a relying party must trust. */
import { importSigningKey, type SigningKey } from '#protocol/crypto.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateTemplate,
  type Extension,
  issue,
  keyUsage,
  type Name,
  serialFrom,
  subjectKeyIdentifier,
} from './x509.ts';

/** Who signs, and the chain from the leaf upwards, without the root. */
export interface SignerUnderCertificate {
  key: SigningKey;
  chain: Uint8Array[];
}

export interface Authority {
  key: SigningKey;
  name: Name;
  /** DER. */
  certificate: Uint8Array;
  /** The authority that certified this one; absent for a root. */
  issuer?: Authority | undefined;
}

/** What a certificate below an authority is to say beside what all of them say. */
export interface LeafContent {
  /** Serial number and, where the caller makes it so, key follow from it. */
  label: string;
  subject: Name;
  spki: Uint8Array;
  extensions?: readonly Extension[];
}

export type Alteration = (template: CertificateTemplate) => CertificateTemplate;

const validity = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') };

/** A root, or an intermediate below `issuer`. */
export function certifyAuthority(name: Name, label: string, key: SigningKey, issuer?: Authority): Authority {
  const extensions = [
    basicConstraints(true),
    keyUsage('authority'),
    subjectKeyIdentifier(key.spki),
    authorityKeyIdentifier((issuer?.key ?? key).spki),
  ];
  const template = { version: 3, serial: serialFrom(label), issuer: issuer?.name ?? name, subject: name, ...validity };
  const certificate = issue({ ...template, spki: key.spki, extensions }, issuer?.key ?? key);
  return { key, name, certificate, issuer };
}

/** The certificate of a key below `authority`, with the intermediates above it and without the root. */
export function certifyLeaf(authority: Authority, leaf: LeafContent, alter: Alteration = (same) => same): Uint8Array[] {
  const template: CertificateTemplate = {
    version: 3,
    serial: serialFrom(leaf.label),
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
  return [issue(alter(template), authority.key), ...intermediatesFrom(authority)];
}

const intermediatesFrom = (authority: Authority): Uint8Array[] =>
  authority.issuer ? [authority.certificate, ...intermediatesFrom(authority.issuer)] : [];

export const rootOf = (authority: Authority): Authority => (authority.issuer ? rootOf(authority.issuer) : authority);

/** An authority of one's own, from its private P-256 scalar and its certificate in DER. */
export const authorityFrom = (secret: Uint8Array, name: Name, certificate: Uint8Array): Authority => ({
  key: importSigningKey('ES256', secret, true),
  name,
  certificate,
});
