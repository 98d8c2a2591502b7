/** The metadata service of the suite: its key, its certificates, and revocation lists of its authority. */
import { utf8 } from '#base/bytes.ts';
import { hkdfSha256, importSigningKey, type SigningKey } from '#protocol/crypto.ts';
import { bitString, contextSpecific, integer, objectIdentifier, sequence, time } from '#protocol/der.ts';
import type { Authority } from '#protocol/x509/authority.ts';
import {
  basicConstraints,
  type CertificateTemplate,
  deriveSerialNumber,
  type Extension,
  encodeExtension,
  encodeName,
  keyUsage,
  signCertificate,
} from '#protocol/x509/certificate.ts';

const createKey = (name: string): SigningKey =>
  importSigningKey('ES256', hkdfSha256(utf8(name), new Uint8Array(32), 'metadata service', 32));

export const serviceKey = createKey('service');
export const otherServiceKey = createKey('other service');

const serial = deriveSerialNumber('metadata service');

/** Returns the certificate of the service. `change` applies before it is signed. */
export function issueServiceCertificate(
  issuer: Authority,
  change: (template: CertificateTemplate) => Partial<CertificateTemplate> = () => ({}),
): Uint8Array {
  const template: CertificateTemplate = {
    version: 3,
    serial,
    issuer: issuer.name,
    subject: [['CN', 'Metadata service of the suite']],
    notBefore: new Date('2024-01-01T00:00:00Z'),
    notAfter: new Date('2049-12-31T23:59:59Z'),
    spki: serviceKey.spki,
    extensions: [basicConstraints(false), keyUsage('signature')],
  };
  return signCertificate({ ...template, ...change(template) }, issuer.key);
}

export interface ListChanges {
  /** Serial numbers, as content octets; default: none. */
  revoked?: readonly Uint8Array[];
  thisUpdate?: Date;
  nextUpdate?: Date;
  extensions?: readonly Extension[];
  /** The key that signs; default: that of the authority. */
  key?: SigningKey;
}

/** Returns a revocation list of the authority, DER: RFC 5280 section 5.1. */
export function issueRevocationList(authority: Authority, changes: ListChanges = {}): Uint8Array {
  const { revoked = [], extensions = [], key = authority.key } = changes;
  const { thisUpdate = new Date('2024-01-01T00:00:00Z'), nextUpdate = new Date('2049-12-31T23:59:59Z') } = changes;
  const algorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const entries = revoked.map((number) => sequence(integer(number), time(thisUpdate)));
  const list = sequence(
    integer(1), // version 2
    algorithm,
    encodeName(authority.name),
    time(thisUpdate),
    time(nextUpdate),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    ...(extensions.length > 0 ? [contextSpecific(0, sequence(...extensions.map(encodeExtension)))] : []),
  );
  return sequence(list, algorithm, bitString(key.sign(list)));
}

export const serviceSerial = serial;
