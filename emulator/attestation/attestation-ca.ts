/**
 * The attestation CA for tests: root -> intermediate -> attestation certificate, the same bytes in every run.
 * Private keys are derived from fixed labels (HKDF), so no secret is stored and anyone can derive them. The certificates prove
 * nothing outside of tests; their names say so.
 */
import { utf8 } from '#base/bytes.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { hkdfSha256, importSigningKey, type SigningKey } from '#protocol/crypto.ts';
import {
  type Authority,
  type CertificateTransform,
  type CertifiedKey,
  createAuthority,
  findRoot,
  issueLeafCertificate,
  type LeafContent,
} from '#protocol/x509/authority.ts';
import { aaguidExtension, type Name } from '#protocol/x509/certificate.ts';
import { cacheSignatures } from './signature-cache.ts';
import type { TpmAttestationFields } from './tpm-attestation-fields.ts';

/** The attestation key of a model with its certificates, and what the attestation formats need in addition. */
export interface AttestationIdentity extends CertifiedKey {
  /**
   * Returns the key and certificate of this one device: its subject has a serial number (enterprise attestation, CTAP
   * 2.1 section 7.1).
   */
  enterprise(): CertifiedKey;
  /** Returns a key for a format, derived from the label `use`; the injected attestation key if there is one. */
  deriveKey(use: string, algorithm?: CoseAlgorithm): SigningKey;
  /** Issues a certificate for another key under the same authority. Returns the chain in DER, without the root. */
  issueCertificate(leaf: LeafContent): Uint8Array[];
  /** Root certificate, DER. */
  root: Uint8Array;
  /** Whether x5c of android-key includes the root. */
  sendsRoot: boolean;
  /** Whether authData of fido-u2f contains the AAGUID instead of zeros. */
  keepsAaguid: boolean;
  /** Replaces fields that the TPM attests. */
  tpm?: Partial<TpmAttestationFields> | undefined;
}

/** First attributes of every subject in the test CA. */
export const organisation = [
  ['C', 'CH'],
  ['O', 'Touchstone TEST ONLY - no certified authenticator'],
] as const;

/** The salt text is part of every derived key: a change would change every certificate. */
const deriveTestKey = (label: string, algorithm: CoseAlgorithm = 'ES256', deterministic = true): SigningKey =>
  importSigningKey(algorithm, hkdfSha256(utf8('touchstone test pki'), new Uint8Array(32), label, 32), deterministic);

const createTestAuthority = (commonName: string, issuer?: Authority): Authority =>
  createAuthority(
    [...organisation, ['CN', commonName]],
    commonName,
    cacheSignatures(deriveTestKey(commonName)),
    issuer,
  );

/** Returns a function that calls `make` at the first call and returns the same value from then on. */
const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const root = once(() => createTestAuthority('Touchstone Test Root CA'));
const intermediate = once(() => createTestAuthority('Touchstone Test Attestation CA', root()));
const untrustedRoot = once(() => createTestAuthority('Touchstone Unknown Root CA'));

/** Returns the root certificates that a relying party must trust to accept our attestation, DER. */
export const trustAnchors = (): Uint8Array[] => [root().certificate];

/** Returns the root authority with its key, which is no secret: suites issue certificates with it that break a rule. */
export const rootAuthority = (): Authority => root();

/** Returns the certificates of the intermediate authorities, DER. */
export const intermediateCertificates = (): Uint8Array[] => [intermediate().certificate];

/** Returns a root certificate that is not in `trustAnchors`, DER. */
export const untrustedRootCertificate = (): Uint8Array => untrustedRoot().certificate;

/** Options of `createAttestationIdentity`. */
export interface AttestationIdentityOptions {
  model: string;
  /** 16 bytes; absent for fido-u2f, whose certificate has no AAGUID. */
  aaguid?: Uint8Array | undefined;
  /** Changes the certificate template before it is signed. */
  transformCertificate?: CertificateTransform | undefined;
  /** The intermediate CA issues the leaf, not the root. */
  intermediateCa?: boolean | undefined;
  /** A root that is not in `trustAnchors` issues the leaf. */
  untrusted?: boolean | undefined;
  /** The attestation key signs with RFC 6979 nonces: reproducible, and 30 times slower. */
  deterministic?: boolean | undefined;
  /** Replaces the test authority. */
  authority?: Authority | undefined;
  /** Replaces the key that is derived from the name of the model. */
  key?: SigningKey | undefined;
  tpm?: Partial<TpmAttestationFields> | undefined;
  keepsAaguid?: boolean | undefined;
  sendsRoot?: boolean | undefined;
}

/** Creates an attestation key with its certificate, WebAuthn L3 section 8.2.1. */
export function createAttestationIdentity(options: AttestationIdentityOptions): AttestationIdentity {
  const { model, aaguid, transformCertificate, deterministic = false } = options;
  const issuer = options.authority ?? selectTestAuthority(options);
  const issueCertificate = (leaf: LeafContent) => issueLeafCertificate(issuer, leaf, transformCertificate);
  const deriveKey = (use: string, algorithm: CoseAlgorithm = 'ES256') =>
    options.key?.algorithm === algorithm ? options.key : deriveTestKey(`${model} ${use}`, algorithm, deterministic);
  const createCertifiedKey = (use: string, moreAttributes: Name): CertifiedKey => {
    const key = deriveKey(use);
    const subject: Name = [
      ...organisation,
      ['OU', 'Authenticator Attestation'],
      ['CN', `${model} (emulated)`],
      ...moreAttributes,
    ];
    const extensions = aaguid ? [aaguidExtension(aaguid)] : [];
    return { key, chain: issueCertificate({ label: `${model} ${use}`, subject, spki: key.spki, extensions }) };
  };
  return {
    ...createCertifiedKey(aaguid ? 'packed' : 'fido-u2f', []),
    enterprise: once(() => createCertifiedKey('enterprise', [['serialNumber', 'TEST-0001']])),
    deriveKey,
    issueCertificate,
    root: findRoot(issuer).certificate,
    tpm: options.tpm,
    sendsRoot: options.sendsRoot ?? true,
    keepsAaguid: options.keepsAaguid ?? false,
  };
}

function selectTestAuthority({ untrusted, intermediateCa }: AttestationIdentityOptions): Authority {
  if (untrusted) return untrustedRoot();
  return intermediateCa ? intermediate() : root();
}

/** Creates an RSA key for a service, with a certificate that the intermediate CA issues. */
export function createServiceKey(commonName: string): CertifiedKey {
  const key = deriveTestKey(commonName, 'RS256');
  const subject: Name = [...organisation, ['CN', commonName]];
  return { key, chain: issueLeafCertificate(intermediate(), { label: commonName, subject, spki: key.spki }) };
}
