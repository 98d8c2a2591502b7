import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import { parseCertificate } from './certificate.ts';
import { issue } from './testing/certificates.ts';

/** Issues a certificate for a new key of `algorithm`, and returns it with the position of the last byte of the key. */
async function issueFor(algorithm: AlgorithmIdentifier | RsaHashedKeyGenParams) {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const { der } = await issue('Key', { keys, issuer: await issue('Root') });
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return { der, keyEnd: Buffer.from(der).indexOf(spki) + spki.length };
}

describe('the key of a certificate', () => {
  it('of Ed25519 is a point that is not of small order', async () => {
    const { der, keyEnd } = await issueFor({ name: 'Ed25519' });
    expect(parseCertificate(der).publicKey.asymmetricKeyType).toBe('ed25519');
    for (const point of ['ff'.repeat(32), '00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`]) {
      const changed = Uint8Array.from(der);
      changed.set(fromHex(point), keyEnd - 32);
      expect(() => parseCertificate(changed), point).toThrow(ProtocolViolation);
    }
  });

  it('of RSA has an odd modulus', async () => {
    const rsa = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
    };
    const { der, keyEnd } = await issueFor(rsa);
    expect(parseCertificate(der).publicKey.asymmetricKeyType).toBe('rsa');
    const lastOfModulus = keyEnd - 6; // INTEGER 65537 takes five bytes
    const changed = der.with(lastOfModulus, (der[lastOfModulus] ?? 0) ^ 1);
    expect(() => parseCertificate(changed)).toThrow('Expected an odd RSA modulus');
  });
});
