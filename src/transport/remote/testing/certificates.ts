/** Creates a server certificate for TLS tests, issued by a new certification authority, as PEM. */
import { concat, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { generateSigningKey, type SigningKey } from '#protocol/crypto.ts';
import * as der from '#protocol/der.ts';
import { createAuthority, issueLeafCertificate } from '#protocol/x509/authority.ts';
import { toPem } from '#protocol/x509/certificate.ts';

/** Returns certificate, private key and CA certificate. `host` is the name of the server, or the bytes of its IPv4 address. */
export function serverCertificate(host: string | number[] = [127, 0, 0, 1]) {
  const authorityKey = generateSigningKey('ES256', systemRandom);
  const authority = createAuthority([['CN', 'Touchstone lab root']], 'lab root', authorityKey);
  const key = generateSigningKey('ES256', systemRandom);
  const [leaf] = issueLeafCertificate(authority, {
    label: 'lab server',
    subject: [['CN', 'lab server']],
    spki: key.spki,
    extensions: [subjectAlternativeName(host)],
  });
  if (!leaf) throw new Error('The authority issued no certificate');
  return { cert: toPem(leaf), key: privateKeyPem(key), ca: toPem(authority.certificate) };
}

/** RFC 5280 section 4.2.1.6, a dNSName or an iPAddress. */
const subjectAlternativeName = (host: string | number[]) => ({
  oid: '2.5.29.17',
  critical: false,
  value: der.sequence(
    typeof host === 'string'
      ? der.contextSpecific(2, utf8(host), false)
      : der.contextSpecific(7, new Uint8Array(host), false),
  ),
});

/** ECPrivateKey on P-256, RFC 5915. */
function privateKeyPem(key: SigningKey): string {
  const curve = der.contextSpecific(0, der.objectIdentifier('1.2.840.10045.3.1.7'));
  const encoded = der.sequence(concat(der.integer(1), der.octetString(key.secret()), curve));
  return toPem(encoded).replaceAll('CERTIFICATE', 'EC PRIVATE KEY');
}
