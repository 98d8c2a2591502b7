/**
 * Keys, credentials and certificates that replace those of the emulator, so that its responses are known byte for byte
 * in advance.
 */
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { importSigningKey } from '#protocol/crypto.ts';
import { type CertificateTransform, importAuthority } from '#protocol/x509/authority.ts';
import type { Name } from '#protocol/x509/certificate.ts';
import type { AttestationIdentityOptions } from './attestation-ca.ts';
import type { TpmAttestationFields } from './tpm-attestation-fields.ts';

/** A credential with a given id and private key. */
export interface InjectedCredential {
  /** 16 to 1023 bytes. */
  credentialId: Uint8Array;
  algorithm: CoseAlgorithm;
  /** The private scalar (EC) or seed, or for RSA an RSAPrivateKey in DER (`rsaPrivateKey`). */
  secret: Uint8Array;
}

/** A given attestation key, certification authority and certificates. */
export interface InjectedAttestation {
  /** Replaces the test root: P-256 scalar, name, and certificate in DER. */
  ca?: { secret: Uint8Array; name: Name; certificate: Uint8Array } | undefined;
  /** P-256 scalar of the attestation key, 32 bytes. */
  secret?: Uint8Array | undefined;
  /** Changes every certificate before it is signed: serial number, subject, dates, extensions. */
  certificate?: CertificateTransform | undefined;
  /** Whether authData of fido-u2f contains the AAGUID of the persona. The format requires zeros; they are the default. */
  keepsAaguid?: boolean | undefined;
  /** Whether x5c of android-key includes the root, default true. */
  sendsRoot?: boolean | undefined;
  /** Replaces fields that the TPM attests. */
  tpm?: Partial<TpmAttestationFields> | undefined;
}

/**
 * Returns the options of `createAttestationIdentity` that the injected values replace.
 * @throws {RangeError} if a secret is not a scalar of P-256.
 */
export function identityOptionsFromInjected(
  injected: InjectedAttestation,
  deterministic: boolean | undefined,
): Partial<AttestationIdentityOptions> {
  const { ca, secret, tpm, keepsAaguid, sendsRoot } = injected;
  return {
    tpm,
    keepsAaguid,
    sendsRoot,
    ...(ca && { authority: importAuthority(ca.secret, ca.name, ca.certificate) }),
    ...(secret && { key: importSigningKey('ES256', secret, deterministic) }),
  };
}
