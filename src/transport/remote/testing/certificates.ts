/** Creates a server certificate for TLS tests, issued by a new certification authority, as PEM. */
import { concat } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { generateSigningKey, type SigningKey } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import { createAuthority, issueLeafCertificate } from '../../../../emulator/attestation/authority.ts';
import { toPem } from '../../../../emulator/attestation/x509.ts';

/** Returns certificate, private key and CA certificate. `address` is the IPv4 address of the server. */
export function serverCertificate(address = [127, 0, 0, 1]) {
  const authorityKey = generateSigningKey('ES256', systemRandom);
  const authority = createAuthority([['CN', 'Touchstone lab root']], 'lab root', authorityKey);
  const key = generateSigningKey('ES256', systemRandom);
  const [leaf] = issueLeafCertificate(authority, {
    label: 'lab server',
    subject: [['CN', 'lab server']],
    spki: key.spki,
    extensions: [subjectAlternativeName(address)],
  });
  if (!leaf) throw new Error('The authority issued no certificate');
  return { cert: toPem(leaf), key: privateKeyPem(key), ca: toPem(authority.certificate) };
}

/** RFC 5280 section 4.2.1.6, an iPAddress. */
const subjectAlternativeName = (address: number[]) => ({
  oid: '2.5.29.17',
  critical: false,
  value: der.sequence(der.contextSpecific(7, new Uint8Array(address), false)),
});

/** ECPrivateKey on P-256, RFC 5915. */
function privateKeyPem(key: SigningKey): string {
  const curve = der.contextSpecific(0, der.objectIdentifier('1.2.840.10045.3.1.7'));
  const encoded = der.sequence(concat(der.integer(1), der.octetString(key.secret()), curve));
  return toPem(encoded).replaceAll('CERTIFICATE', 'EC PRIVATE KEY');
}
