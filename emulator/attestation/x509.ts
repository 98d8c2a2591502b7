/** X.509 v3 certificates (RFC 5280) from a template, written with our own DER so that a template can also be wrong. */
import { concat, fromHex, utf8 } from '#base/bytes.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { type SigningKey, sha1 } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';

/** Attributes of a distinguished name in their order. `C` and `serialNumber` are PrintableString, the others UTF8String. */
export type Name = readonly (readonly [type: keyof typeof nameTypes, value: string])[];

export interface Extension {
  oid: string;
  critical: boolean;
  /** DER, the content of extnValue. */
  value: Uint8Array;
}

export interface CertificateTemplate {
  /** X.509 version, 3 for every right one. */
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
const printable: readonly string[] = ['C', 'serialNumber'];

/** AlgorithmIdentifier of a signature, RFC 5758, RFC 4055 and RFC 8410. */
const signatureAlgorithms: Partial<Record<CoseAlgorithm, Uint8Array>> = {
  ES256: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2')),
  ES384: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.3')),
  ES512: der.sequence(der.objectIdentifier('1.2.840.10045.4.3.4')),
  EdDSA: der.sequence(der.objectIdentifier('1.3.101.112')),
  RS256: der.sequence(der.objectIdentifier('1.2.840.113549.1.1.11'), fromHex('0500')),
};

/**
 * Signs `template` with the issuer's key; the result is the certificate in DER.
 * @throws {RangeError} for an issuer's key whose signatures have no name in X.509 here.
 */
export function issue(template: CertificateTemplate, issuerKey: SigningKey): Uint8Array {
  const algorithm = signatureAlgorithms[issuerKey.algorithm];
  if (!algorithm) throw new RangeError(`cannot sign a certificate with ${issuerKey.algorithm}`);
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

function encodeName(name: Name): Uint8Array {
  const attribute = ([type, value]: Name[number]) =>
    der.sequence(
      der.objectIdentifier(nameTypes[type]),
      printable.includes(type) ? der.printableString(value) : der.utf8String(value),
    );
  return der.sequence(...name.map((entry) => der.setOf(attribute(entry))));
}

function encodeExtension({ oid, critical, value }: Extension): Uint8Array {
  const flag = critical ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(oid), ...flag, der.octetString(value));
}

/** Section 4.2.1.9. */
export const basicConstraints = (ca: boolean): Extension => ({
  oid: '2.5.29.19',
  critical: true,
  value: der.sequence(...(ca ? [der.boolean(true)] : [])),
});

/** Section 4.2.1.3: keyCertSign and cRLSign for authorities, digitalSignature for the others. */
export const keyUsage = (usage: 'authority' | 'signature'): Extension => ({
  oid: '2.5.29.15',
  critical: true,
  value: usage === 'authority' ? der.bitString(new Uint8Array([0x06]), 1) : der.bitString(new Uint8Array([0x80]), 7),
});

/** Section 4.2.1.2, method 1: SHA-1 of the public key bits. */
const keyIdentifier = (spki: Uint8Array): Uint8Array => sha1(publicKeyBits(spki));

/** The BIT STRING behind the AlgorithmIdentifier, without its count of unused bits. */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const contentAt = (at: number) => at + (spki[at + 1]! < 0x80 ? 2 : 2 + (spki[at + 1]! & 0x7f));
  const algorithm = contentAt(0);
  const bits = contentAt(algorithm) + spki[algorithm + 1]!;
  return spki.subarray(contentAt(bits) + 1);
}

export const subjectKeyIdentifier = (spki: Uint8Array): Extension => ({
  oid: '2.5.29.14',
  critical: false,
  value: der.octetString(keyIdentifier(spki)),
});

/** Section 4.2.1.1. */
export const authorityKeyIdentifier = (issuerSpki: Uint8Array): Extension => ({
  oid: '2.5.29.35',
  critical: false,
  value: der.sequence(der.contextSpecific(0, keyIdentifier(issuerSpki), false)),
});

/** id-fido-gen-ce-aaguid, WebAuthn L3 section 8.2.1: an OCTET STRING inside the extension's OCTET STRING, not critical. */
export const aaguidExtension = (aaguid: Uint8Array): Extension => ({
  oid: '1.3.6.1.4.1.45724.1.1.4',
  critical: false,
  value: der.octetString(aaguid),
});

/** A certificate as PEM text (RFC 7468). */
export function toPem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** Bytes that are the same for the same text, for serial numbers: positive and at most 16 bytes long. */
export function serialFrom(label: string): Uint8Array {
  const digest = sha1(concat(utf8('touchstone serial '), utf8(label))).slice(0, 16);
  digest[0] = (digest[0]! & 0x7f) | 0x40;
  return digest;
}
