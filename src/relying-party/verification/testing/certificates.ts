/** Issues certificates for tests with an independent implementation, @peculiar/x509, so that our parser is not tested against our own writer. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { concat, parseAaguid } from '#base/bytes.ts';
import type { Attester } from './registration.ts';

export const { KeyUsageFlags } = x509;

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const attestationSubject = (name: string) => `C=SE, O=Touchstone Test, OU=Authenticator Attestation, CN=${name}`;

export interface Issued {
  der: Uint8Array;
  subject: string;
  keys: CryptoKeyPair;
}

export interface CertificateChanges {
  subject?: string;
  issuer?: Issued;
  /** basicConstraints; null leaves it out. */
  ca?: boolean | null;
  pathLength?: number;
  /** null leaves keyUsage out. */
  keyUsage?: x509.KeyUsageFlags | null;
  notBefore?: Date;
  notAfter?: Date;
  extensions?: x509.Extension[];
  keys?: CryptoKeyPair;
}

let serial = 1;

export async function issue(name: string, changes: CertificateChanges = {}): Promise<Issued> {
  const keys = changes.keys ?? ((await crypto.subtle.generateKey(p256, true, ['sign', 'verify'])) as CryptoKeyPair);
  const subject = changes.subject ?? `CN=${name}, O=Touchstone Test`;
  const { ca = true, keyUsage = x509.KeyUsageFlags.keyCertSign, issuer } = changes;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(4, '0'),
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: changes.notBefore ?? new Date('2020-01-01'),
    notAfter: changes.notAfter ?? new Date('2049-01-01'),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: p256,
    extensions: [
      ...(ca === null ? [] : [new x509.BasicConstraintsExtension(ca, changes.pathLength, true)]),
      ...(keyUsage === null ? [] : [new x509.KeyUsagesExtension(keyUsage, true)]),
      ...(changes.extensions ?? []),
    ],
  });
  return { der: new Uint8Array(certificate.rawData), subject, keys };
}

/** The id-fido-gen-ce-aaguid extension of WebAuthn L3 section 8.2.1. */
export const aaguidExtension = (aaguid: string, critical = false): x509.Extension =>
  new x509.Extension(
    '1.3.6.1.4.1.45724.1.1.4',
    critical,
    concat(Uint8Array.of(0x04, 16), parseAaguid(aaguid)).slice().buffer,
  );

/** An extension with this object identifier, whose value is NULL. */
export const extensionWithId = (oid: string, critical: boolean): x509.Extension =>
  new x509.Extension(oid, critical, Uint8Array.of(0x05, 0x00).buffer);

export const unknownExtension = (critical: boolean): x509.Extension => extensionWithId('1.3.6.1.4.1.99999.1', critical);

/** Issues an attestation certificate that conforms to section 8.2.1, with `changes`. */
export const issueLeaf = (issuer: Issued, aaguid: string, changes: CertificateChanges = {}): Promise<Issued> =>
  issue('leaf', {
    subject: attestationSubject('Test Key'),
    issuer,
    ca: false,
    keyUsage: null,
    extensions: [aaguidExtension(aaguid)],
    ...changes,
  });

/** Returns an attester that signs with a certificate's key, ECDSA in DER. */
export const certifiedAttester = (leaf: Issued, ...chain: Issued[]): Attester => ({
  alg: -7,
  x5c: [leaf, ...chain].map(({ der }) => der),
  sign: async (data) => rawToDer(new Uint8Array(await crypto.subtle.sign(p256, leaf.keys.privateKey, data.slice()))),
});

/** Converts r || s to SEQUENCE { INTEGER, INTEGER }, RFC 3279 section 2.2.3. */
function rawToDer(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const short = bytes.subarray(first);
    const positive = (short[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), short) : short;
    return concat(Uint8Array.of(0x02, positive.length), positive);
  };
  const content = concat(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  return concat(Uint8Array.of(0x30, content.length), content);
}
