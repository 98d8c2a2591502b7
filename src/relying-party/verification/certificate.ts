/** Parses what attestation needs of an X.509 certificate, RFC 5280 section 4.1: names, dates, key and extensions. Parsing is strict. */
import { toBase64url } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { findEdwardsPointProblem } from '#protocol/keys/curve-point.ts';
import { type KeyObject, X509Certificate } from '../crypto.ts';
import { parseTime } from './certificate-time.ts';
import { type DerItem, formatOid, readItems, readOne, tag } from './der-reader.ts';

export const extensionOid = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  /** id-fido-gen-ce-aaguid, WebAuthn L3 section 8.2.1. */
  fidoAaguid: '1.3.6.1.4.1.45724.1.1.4',
  /** WebAuthn L3 section 8.4.1. */
  androidKeyDescription: '1.3.6.1.4.1.11129.2.1.17',
  /** Section 8.8. */
  appleNonce: '1.2.840.113635.100.8.2',
} as const;

/** Extensions that path validation processes in every certificate, RFC 5280 section 6.1. */
export const pathExtensions: readonly string[] = [extensionOid.basicConstraints, extensionOid.keyUsage];

/** A parsed X.509 certificate. */
export interface Certificate {
  der: Uint8Array;
  /** SHA-256 of `der`, base64url. */
  fingerprint: string;
  version: number;
  /** Content octets of the serial number. */
  serial: Uint8Array;
  /** DER of the Name. */
  issuer: Uint8Array;
  subject: Uint8Array;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
  publicKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array;
  extensions: Map<string, { critical: boolean; value: Uint8Array }>;
  isSignedBy(issuer: Certificate): boolean;
}

/** Parses a certificate. @throws {ProtocolViolation} with rule `der.*` or `x509.*`. */
export function parseCertificate(der: Uint8Array): Certificate {
  const [tbs] = readItems(readOne(der, tag.sequence).content);
  if (tbs?.tag !== tag.sequence) return refuse('tbs', 'tbsCertificate is missing');
  const fields = readItems(tbs.content);
  const version = fields[0]?.tag === 0xa0 ? parseVersion(fields.shift()) : 1;
  const [serial, , issuer, validity, subject, spki, ...optional] = fields;
  if (!serial || !issuer || !validity || !subject || !spki) return refuse('tbs', 'fields are missing');
  const [notBefore, notAfter] = readItems(validity.content).map(parseTime);
  if (notBefore === undefined || notAfter === undefined) return refuse('validity', 'a date is missing');
  const x509 = openX509(der);
  return {
    der,
    fingerprint: toBase64url(sha256(der)),
    version,
    serial: serial.content,
    issuer: issuer.raw,
    subject: subject.raw,
    notBefore,
    notAfter,
    publicKey: readPublicKey(x509, spki.raw),
    spki: spki.raw,
    extensions: parseExtensions(optional.find((item) => item.tag === 0xa3)),
    isSignedBy: ({ publicKey }) => hasSignatureOf(x509, publicKey),
  };
}

function openX509(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    return refuse('certificate', 'OpenSSL cannot read it', cause);
  }
}

function readPublicKey(x509: X509Certificate, spki: Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key = x509.publicKey;
  } catch (cause) {
    return refuse('public-key', 'its public key cannot be used', cause);
  }
  const problem = findKeyProblem(key, spki);
  return problem === undefined ? key : refuse('public-key', problem);
}

/** Returns why a key that OpenSSL reads cannot be one, or undefined: OpenSSL looks neither at Edwards points nor at the modulus of RSA. */
function findKeyProblem({ asymmetricKeyType: type }: KeyObject, spki: Uint8Array): string | undefined {
  const [, bits] = readItems(readOne(spki, tag.sequence).content);
  const key = bits?.content.subarray(1) ?? new Uint8Array();
  if (type === 'ed25519') return findEdwardsPointProblem('EdDSA', key);
  if (type === 'ed448') return findEdwardsPointProblem('Ed448', key);
  if (type !== 'rsa') return undefined;
  const [modulus] = readItems(readOne(key, tag.sequence).content);
  return ((modulus?.content.at(-1) ?? 0) & 1) === 1 ? undefined : 'Expected an odd RSA modulus';
}

function hasSignatureOf(x509: X509Certificate, publicKey: KeyObject): boolean {
  try {
    return x509.verify(publicKey);
  } catch {
    return false; // the key is of another type than the signature
  }
}

/** Version, RFC 5280 section 4.1.2.1: 0 is version 1. */
const parseVersion = (item: DerItem | undefined): number =>
  (readOne(item?.content ?? new Uint8Array(), tag.integer).content[0] ?? 0) + 1;

function parseExtensions(item: DerItem | undefined): Certificate['extensions'] {
  const extensions: Certificate['extensions'] = new Map();
  if (!item) return extensions;
  for (const { content } of readItems(readOne(item.content, tag.sequence).content)) {
    const parts = readItems(content);
    const [oid, value] = [parts[0], parts.at(-1)];
    if (oid?.tag !== tag.oid || value?.tag !== tag.octetString) return refuse('extension', 'an extension is malformed');
    const name = formatOid(oid.content);
    if (extensions.has(name)) return refuse('extension', `${name} occurs twice`);
    extensions.set(name, { critical: parts.length === 3 && parts[1]?.content[0] === 0xff, value: value.content });
  }
  return extensions;
}

/** Returns basicConstraints, RFC 5280 section 4.2.1.9, or undefined if the certificate has none. */
export function readBasicConstraints(certificate: Certificate): { ca: boolean; pathLength?: number } | undefined {
  const extension = certificate.extensions.get(extensionOid.basicConstraints);
  if (!extension) return undefined;
  const items = readItems(readOne(extension.value, tag.sequence).content);
  const ca = items.find((item) => item.tag === tag.boolean)?.content[0] === 0xff;
  const length = items.find((item) => item.tag === tag.integer)?.content;
  return length ? { ca, pathLength: length.reduce((value, byte) => value * 256 + byte, 0) } : { ca };
}

/** Returns whether keyUsage is absent or has keyCertSign (bit 5), RFC 5280 section 4.2.1.3. */
export const canSignCertificates = (certificate: Certificate): boolean => isUsableFor(certificate, 0x04);

/** Returns whether keyUsage is absent or has digitalSignature (bit 0) or contentCommitment (bit 1). */
export const canSignData = (certificate: Certificate): boolean => isUsableFor(certificate, 0x80 | 0x40);

function isUsableFor(certificate: Certificate, anyOf: number): boolean {
  const extension = certificate.extensions.get(extensionOid.keyUsage);
  if (!extension) return true;
  const [, bits = 0] = readOne(extension.value, tag.bitString).content;
  return (bits & anyOf) !== 0;
}

/** Returns the attributes of a Name (DER) as text, by object identifier. */
export function readNameAttributes(name: Uint8Array): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const { content } of readItems(readOne(name, tag.sequence).content))
    for (const attribute of readItems(content)) {
      const [oid, value] = readItems(attribute.content);
      if (oid?.tag === tag.oid && value)
        attributes.set(formatOid(oid.content), Buffer.from(value.content).toString('utf8'));
    }
  return attributes;
}

/**
 * Returns the first critical extension that is not in `processed`. A certificate with one must be rejected, also if its meaning is known:
 * it says that the certificate must not be used without applying it (RFC 5280 section 4.2).
 */
export function findUnprocessedCritical({ extensions }: Certificate, processed: readonly string[]): string | undefined {
  for (const [oid, { critical }] of extensions) if (critical && !processed.includes(oid)) return oid;
  return undefined;
}

function refuse(rule: string, message: string, cause?: unknown): never {
  throw new ProtocolViolation(
    { rule: `x509.${rule}`, section: 'RFC 5280 section 4.1', offset: 0 },
    `Cannot read the certificate: ${message}`,
    {
      cause,
    },
  );
}
