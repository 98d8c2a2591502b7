/** What a caller may put in place of the emulator's own secrets, so that an answer is known byte for byte beforehand. */
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { importSigningKey } from '#protocol/crypto.ts';
import type { LeafRequest } from './attestation-ca.ts';
import { type Alteration, type Authority, authorityFrom } from './authority.ts';
import type { TpmFacts } from './tpm-facts.ts';
import type { Name } from './x509.ts';

/** A credential with the id and private key of one's own. */
export interface InjectedCredential {
  /** 16 to 1023 bytes. */
  credentialId: Uint8Array;
  algorithm: CoseAlgorithm;
  /** The private scalar (EC) or seed, or for RSA an RSAPrivateKey in DER (`rsaPrivateKey`). */
  secret: Uint8Array;
}

/** An attestation key, certification authority and certificates of your own. */
export interface InjectedAttestation {
  /** A certification authority in place of the test root: its P-256 scalar, name, and certificate in DER. */
  ca?: { secret: Uint8Array; name: Name; certificate: Uint8Array } | undefined;
  /** The attestation key's P-256 scalar, 32 bytes. */
  secret?: Uint8Array | undefined;
  /** The last word on every certificate before it is signed: serial number, subject, dates, extensions. */
  certificate?: Alteration | undefined;
  /** authData of fido-u2f shows the persona's AAGUID instead of zeros, which the format asks for. */
  keepsAaguid?: boolean | undefined;
  /** False leaves the root out of the chain of android-key. */
  sendsRoot?: boolean | undefined;
  tpm?: Partial<TpmFacts> | undefined;
}

/** @throws {RangeError} when a secret is no scalar of P-256. */
export function leafRequestOf(injected: InjectedAttestation, deterministic: boolean | undefined): Partial<LeafRequest> {
  const { ca, secret, tpm, keepsAaguid, sendsRoot } = injected;
  return {
    tpm,
    keepsAaguid,
    sendsRoot,
    ...(ca && { authority: authorityOf(ca) }),
    ...(secret && { key: importSigningKey('ES256', secret, deterministic) }),
  };
}

const authorityOf = ({ secret, name, certificate }: NonNullable<InjectedAttestation['ca']>): Authority =>
  authorityFrom(secret, name, certificate);
