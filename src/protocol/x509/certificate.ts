/**
 * Builds X.509 v3 certificates (RFC 5280) from a template. Our own DER encoder is used, because a template may also be
 * invalid.
 */
import { concat, fromHex, utf8 } from '#base/bytes.ts';
import type { CoseAlgorithm } from '../cose.ts';
import { type SigningKey, sha1 } from '../crypto.ts';
import * as der from '../der.ts';

/** The attributes of a distinguished name, in order. `C` and `serialNumber` are PrintableString, the others UTF8String. */
export type Name = readonly (readonly [type: keyof typeof nameTypes, value: string])[];

export interface Extension {
  oid: string;
  critical: boolean;
  /** Content of extnValue, DER. */
  value: Uint8Array;
}

export interface CertificateTemplate {
  /** X.509 version; 3 in a valid attestation certificate. */
  version: number;
  serial: Uint8Array;
  issuer: Name;
  subject: Name;
  notBefore: Date;
  notAfter: Date;
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array;
  extensions: readonly Extension[];
}

const nameTypes = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3', serialNumber: '2.5.4.5' } as const;
const printableStringTypes: readonly string[] = ['C', 'serialNumber'];

/** AlgorithmIdentifier of signatures, RFC 5758, RFC 4055 and RFC 8410. */
const signatureAlgorithms: Partial<Record<CoseAlgorithm, Uint8Array>> = {
  ES256: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2')),
  ES384: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.3')),
  ES512: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.4')),
  EdDSA: der.sequence(der.objectIdentifier('1.3.101.112')),
  RS256: der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), fromHex('0500')),
};

/**
 * Signs `template` with the key of the issuer. Returns the certificate in DER.
 * @throws {RangeError} if the table above has no identifier for the algorithm of the key.
 */
export function signCertificate(template: CertificateTemplate, issuerKey: SigningKey): Uint8Array {
  const algorithm = signatureAlgorithms[issuerKey.algorithm];
  if (!algorithm) throw new RangeError(`Cannot sign a certificate with a ${issuerKey.algorithm} key`);
  const toBeSigned = der.sequence(
    der.contextSpecific(0, der.integer(template.version - 1)),
    der.integer(template.serial),
    algorithm,
    encodeName(template.issuer),
    der.sequence(der.time(template.notBefore), der.time(template.notAfter)),
    encodeName(template.subject),
    template.spki,
    der.contextSpecific(3, der.sequence(...template.extensions.map(encodeExtension))),
  );
  return der.sequence(toBeSigned, algorithm, der.bitString(issuerKey.sign(toBeSigned)));
}

/** Returns the Name in DER, RFC 5280 section 4.1.2.4. */
export function encodeName(name: Name): Uint8Array {
  const attribute = ([type, value]: Name[number]) =>
    der.sequence(
      der.objectIdentifier(nameTypes[type]),
      printableStringTypes.includes(type) ? der.printableString(value) : der.utf8String(value),
    );
  return der.sequence(...name.map((entry) => der.setOf(attribute(entry))));
}

export function encodeExtension({ oid, critical, value }: Extension): Uint8Array {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(oid), ...flag, der.octetString(value));
}

/** Returns the basicConstraints extension, RFC 5280 section 4.2.1.9. */
export const basicConstraints = (ca: boolean): Extension => ({
  oid: '2.5.29.19',
  critical: true,
  value: der.sequence(...(ca ? [der.boolean(true)] : [])),
});

/** Returns the keyUsage extension, RFC 5280 section 4.2.1.3: keyCertSign and cRLSign for a CA, otherwise digitalSignature. */
export const keyUsage = (usage: 'authority' | 'signature'): Extension => ({
  oid: '2.5.29.15',
  critical: true,
  value: usage === 'authority' ? der.bitString(new Uint8Array([0x06]), 1) : der.bitString(new Uint8Array([0x80]), 7),
});

/** Returns the key identifier, RFC 5280 section 4.2.1.2 method 1: SHA-1 of the public key bits. */
const keyIdentifier = (spki: Uint8Array): Uint8Array => sha1(publicKeyBits(spki));

/** Returns the content of the BIT STRING after the AlgorithmIdentifier, without its first byte (the count of unused bits). */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const contentAt = (at: number) => at + (spki[at + 1]! < 0x80 ? 2 : 2 + (spki[at + 1]! & 0x7f));
  const algorithm = contentAt(0);
  const bits = contentAt(algorithm) + spki[algorithm + 1]!;
  return spki.subarray(contentAt(bits) + 1);
}

/** Returns the subjectKeyIdentifier extension, RFC 5280 section 4.2.1.2. */
export const subjectKeyIdentifier = (spki: Uint8Array): Extension => ({
  oid: '2.5.29.14',
  critical: false,
  value: der.octetString(keyIdentifier(spki)),
});

/** Returns the authorityKeyIdentifier extension, RFC 5280 section 4.2.1.1. */
export const authorityKeyIdentifier = (issuerSpki: Uint8Array): Extension => ({
  oid: '2.5.29.35',
  critical: false,
  value: der.sequence(der.contextSpecific(0, keyIdentifier(issuerSpki), false)),
});

/** Returns the id-fido-gen-ce-aaguid extension, WebAuthn L3 section 8.2.1: an OCTET STRING inside extnValue, not critical. */
export const aaguidExtension = (aaguid: Uint8Array): Extension => ({
  oid: '1.3.6.1.4.1.45724.1.1.4',
  critical: false,
  value: der.octetString(aaguid),
});

/** Returns a DER certificate as PEM text (RFC 7468). */
export function toPem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** Returns a serial number that depends only on `label`: positive, 16 bytes. */
export function deriveSerialNumber(label: string): Uint8Array {
  const digest = sha1(concat(utf8('touchstone serial '), utf8(label))).slice(0, 16);
  digest[0] = (digest[0]! & 0x7f) | 0x40;
  return digest;
}
