/**
 * The test certification authority: root -> intermediate -> attestation certificate, the same bytes in every run.
 * Private keys are derived from fixed labels (HKDF), so nothing secret is stored and anyone can derive them: these roots
 * prove nothing outside of tests, and say so in their names.
 */
import { utf8 } from '#base/bytes.ts';
import type { CoseAlgorithm } from '#protocol/cose.ts';
import { hkdfSha256, importSigningKey, type SigningKey } from '#protocol/crypto.ts';
import {
  type Alteration,
  type Authority,
  certifyAuthority,
  certifyLeaf,
  type LeafContent,
  rootOf,
  type SignerUnderCertificate,
} from './authority.ts';
import type { TpmFacts } from './tpm-facts.ts';
import { aaguidExtension, type Name } from './x509.ts';

/** The batch key of a model with its certificate, and what else its formats need of the authority. */
export interface AttestationIdentity extends SignerUnderCertificate {
  /** Attests this one device: its certificate carries a serial number (enterprise attestation, CTAP 2.1 section 7.1). */
  enterprise(): SignerUnderCertificate;
  /** A key that belongs to a format, made from its label; the batch key where one was injected. */
  keyFor(use: string, algorithm?: CoseAlgorithm): SigningKey;
  /** A certificate for another key under the same authority. */
  certify(leaf: LeafContent): Uint8Array[];
  /** DER. */
  root: Uint8Array;
  /** android-key, whose chain goes up to the root: false leaves it out. */
  sendsRoot: boolean;
  /** authData of fido-u2f shows the AAGUID all the same. */
  keepsAaguid: boolean;
  /** What its TPM tells, where a test wants something particular. */
  tpm?: Partial<TpmFacts> | undefined;
}

export const organisation = [
  ['C', 'CH'],
  ['O', 'Touchstone TEST ONLY - no certified authenticator'],
] as const;

const testKey = (label: string, algorithm: CoseAlgorithm = 'ES256', deterministic = true): SigningKey =>
  importSigningKey(algorithm, hkdfSha256(utf8('touchstone test pki'), new Uint8Array(32), label, 32), deterministic);

const authority = (commonName: string, issuer?: Authority): Authority =>
  certifyAuthority([...organisation, ['CN', commonName]], commonName, testKey(commonName), issuer);

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const root = once(() => authority('Touchstone Test Root CA'));
const intermediate = once(() => authority('Touchstone Test Attestation CA', root()));
/** Nobody is told to trust this one. */
const strangerRoot = once(() => authority('Touchstone Unknown Root CA'));

/** The roots that a relying party must trust to accept our attestation, DER. */
export const trustAnchors = (): Uint8Array[] => [root().certificate];

/** The intermediate authority's certificate, DER. */
export const intermediateCertificates = (): Uint8Array[] => [intermediate().certificate];

/** A root that no relying party trusts, DER. */
export const strangerAnchor = (): Uint8Array => strangerRoot().certificate;

/** What a certificate is made for. */
export interface LeafRequest {
  model: string;
  /** Absent for fido-u2f, whose certificate knows no model. */
  aaguid?: Uint8Array | undefined;
  /** Changes the template before it is signed. */
  alter?: Alteration | undefined;
  /** The leaf hangs under the intermediate CA instead of the root. */
  intermediateCa?: boolean | undefined;
  untrusted?: boolean | undefined;
  /** The attestation key signs with RFC 6979 nonces: reproducible, and 30 times slower. */
  deterministic?: boolean | undefined;
  /** Instead of the test authority. */
  authority?: Authority | undefined;
  /** Instead of a key made from the model's name. */
  key?: SigningKey | undefined;
  tpm?: Partial<TpmFacts> | undefined;
  keepsAaguid?: boolean | undefined;
  sendsRoot?: boolean | undefined;
}

/** An attestation key with its certificate, WebAuthn L3 section 8.2.1. */
export function attestationIdentity(request: LeafRequest): AttestationIdentity {
  const { model, aaguid, alter, deterministic = false } = request;
  const issuer = request.authority ?? testAuthority(request);
  const certify = (leaf: LeafContent) => certifyLeaf(issuer, leaf, alter);
  const keyFor = (use: string, algorithm: CoseAlgorithm = 'ES256') =>
    request.key?.algorithm === algorithm ? request.key : testKey(`${model} ${use}`, algorithm, deterministic);
  const attest = (use: string, more: Name) => {
    const key = keyFor(use);
    const subject: Name = [
      ...organisation,
      ['OU', 'Authenticator Attestation'],
      ['CN', `${model} (emulated)`],
      ...more,
    ];
    const extensions = aaguid ? [aaguidExtension(aaguid)] : [];
    return { key, chain: certify({ label: `${model} ${use}`, subject, spki: key.spki, extensions }) };
  };
  return {
    ...attest(aaguid ? 'packed' : 'fido-u2f', []),
    enterprise: once(() => attest('enterprise', [['serialNumber', 'TEST-0001']])),
    keyFor,
    certify,
    root: rootOf(issuer).certificate,
    tpm: request.tpm,
    sendsRoot: request.sendsRoot ?? true,
    keepsAaguid: request.keepsAaguid ?? false,
  };
}

function testAuthority({ untrusted, intermediateCa }: LeafRequest): Authority {
  if (untrusted) return strangerRoot();
  return intermediateCa ? intermediate() : root();
}

/** A service of the test authority that signs with RSA, with its chain below the root. */
export function certificateOfService(commonName: string): SignerUnderCertificate {
  const key = testKey(commonName, 'RS256');
  const subject: Name = [...organisation, ['CN', commonName]];
  return { key, chain: certifyLeaf(intermediate(), { label: commonName, subject, spki: key.spki }) };
}
