/**
 * Verifies signatures with @simplewebauthn/server. The only file that imports it. Only its signature verification is used:
 * verifyRegistrationResponse and verifyAuthenticationResponse would parse everything again and less strictly, and they compare the dates
 * of certificates with the time of this machine instead of the relying party's clock.
 */
export type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';

import { verifySignature } from '@simplewebauthn/server/helpers';
import { messageOf } from '#base/errors.ts';

const [es256, eddsa, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512] = [
  -7, -8, -35, -36, -257, -258, -259, -37, -38, -39,
];
const signatureAlgorithms: readonly unknown[] = [es256, eddsa, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512];
/**
 * SubjectPublicKeyInfo lengths of the certificate keys that the library can read: P-256 and P-384, not compressed. It reads RSA keys of
 * every length.
 */
const certificateKeyLengths = new Map<unknown, number | undefined>([
  [es256, 91],
  [es384, 120],
  [rs256, undefined],
  [rs384, undefined],
  [rs512, undefined],
]);

/** A signature that was made with the key of `certificate`, or with the credential key if there is no certificate. */
export interface SignatureInput {
  /** COSE algorithm. */
  alg: unknown;
  data: Uint8Array;
  signature: Uint8Array;
  certificate?: { der: Uint8Array; spki: Uint8Array } | undefined;
  /** COSE_Key. */
  credentialPublicKey: Uint8Array;
}

/** Returns whether the library can verify a signature with this algorithm and key. */
export function canLibraryVerifySignature({ alg, certificate }: SignatureInput): boolean {
  if (!certificate) return signatureAlgorithms.includes(alg);
  if (!certificateKeyLengths.has(alg)) return false;
  const length = certificateKeyLengths.get(alg);
  return length === undefined || length === certificate.spki.length;
}

/** Returns why the signature does not verify, or undefined if it does. The library's errors have no stable codes. */
export async function findProblemWithLibrary(input: SignatureInput): Promise<string | undefined> {
  const { alg, certificate, credentialPublicKey } = input;
  const key = certificate
    ? { x509Certificate: Uint8Array.from(certificate.der), hashAlgorithm: alg as number }
    : { credentialPublicKey: Uint8Array.from(credentialPublicKey) };
  try {
    const [signature, data] = [Uint8Array.from(input.signature), Uint8Array.from(input.data)];
    return (await verifySignature({ signature, data, ...key })) ? undefined : 'The signature does not verify';
  } catch (error) {
    return messageOf(error);
  }
}
