/** Every deliberate defect: what is wrong, the requirement it breaks, and the change that makes it so. */
import { type AttestedCredentialData, type AuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { concat, utf8 } from '#protocol/bytes.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { UsageError } from '#protocol/errors.ts';
import { basicConstraints } from './attestation/x509.ts';
import type { Change } from './misbehaviour.ts';

export interface Defect extends Change {
  title: string;
  /** The requirement, by specification and section. */
  breaks: string;
}

const withoutFlag = (bit: number) => (data: AuthenticatorData) => ({ ...data, flags: data.flags & ~bit });
const attested = (change: (data: AttestedCredentialData) => Partial<AttestedCredentialData>) => {
  return ({ attestedCredentialData: data, ...rest }: AuthenticatorData): AuthenticatorData =>
    data ? { ...rest, attestedCredentialData: { ...data, ...change(data) } } : rest;
};
/** The first item of a successful answer is a map with fewer than 24 entries: its size moves into a byte of its own. */
const widenMapHead = (answer: Uint8Array) =>
  answer.length > 1
    ? concat(answer.subarray(0, 1), new Uint8Array([0xb8, answer[1]! & 0x1f]), answer.subarray(2))
    : answer;

export const defects = {
  'zero-signature': {
    title: 'Signatures are all zero bytes',
    breaks: 'WebAuthn L3 section 6.3.2 and 8.2',
    signature: (signature) => new Uint8Array(signature.length),
  },
  'wrong-challenge-hash': {
    title: 'Signs another clientDataHash than the one it was given',
    breaks: 'WebAuthn L3 section 6.3.2 and 6.3.3',
    clientDataHash: (hash) => sha256(hash),
  },
  'wrong-rp-id-hash': {
    title: 'rpIdHash is of another relying party',
    breaks: 'WebAuthn L3 section 6.1',
    authData: (data) => ({ ...data, rpIdHash: sha256(utf8('other.example')) }),
  },
  'up-flag-missing': {
    title: 'The user was present, the UP flag says no',
    breaks: 'CTAP 2.1 section 6.1.2 step 14',
    authData: withoutFlag(flag.UP),
  },
  'uv-flag-missing': {
    title: 'The user was verified, the UV flag says no',
    breaks: 'CTAP 2.1 section 6.1.2 step 11',
    authData: withoutFlag(flag.UV),
  },
  'backup-state-without-eligibility': {
    title: 'BS is set although BE is not',
    breaks: 'WebAuthn L3 section 6.1.3',
    authData: (data) => ({ ...data, flags: (data.flags & ~flag.BE) | flag.BS }),
  },
  'counter-stuck': {
    title: 'The signature counter never rises',
    breaks: 'WebAuthn L3 section 6.1.1',
    rules: { counterStep: 0 },
  },
  'aaguid-mismatch': {
    title: 'AAGUID in authData differs from the one in the certificate',
    breaks: 'WebAuthn L3 section 8.2',
    authData: attested(({ aaguid }) => ({ aaguid: aaguid.map((byte) => byte ^ 0xff) })),
  },
  'credential-id-too-long': {
    title: 'The credential id has 1024 bytes',
    breaks: 'WebAuthn L3 section 7.1 step 25',
    authData: attested(({ credentialId }) => ({
      credentialId: concat(credentialId, new Uint8Array(1024 - credentialId.length)),
    })),
  },
  'credential-id-empty': {
    title: 'The credential id has no bytes',
    breaks: 'WebAuthn L3 section 4 "credential ID"',
    authData: attested(() => ({ credentialId: new Uint8Array(0) })),
  },
  'public-key-cut-off': {
    title: 'The credential public key lacks its last byte',
    breaks: 'WebAuthn L3 section 6.5.1',
    authData: attested(({ credentialPublicKey }) => ({ credentialPublicKey: credentialPublicKey.slice(0, -1) })),
  },
  'wrong-alg': {
    title: 'The attestation statement names another algorithm than it was signed with',
    breaks: 'WebAuthn L3 section 8.2',
    attestationAlg: (alg) => (alg === coseAlgorithms.ES256.alg ? coseAlgorithms.EdDSA.alg : coseAlgorithms.ES256.alg),
  },
  'attestation-untrusted-root': {
    title: 'The attestation chain ends in a root that nobody knows',
    breaks: 'WebAuthn L3 section 7.1 step 24',
    rules: { attestationRootIsKnown: false },
  },
  'leaf-expired': {
    title: 'The attestation certificate has expired',
    breaks: 'RFC 5280 section 6.1.3',
    certificate: (leaf) => ({ ...leaf, notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }),
  },
  'leaf-is-authority': {
    title: 'The attestation certificate is a CA certificate',
    breaks: 'WebAuthn L3 section 8.2.1',
    certificate: (leaf) => ({ ...leaf, extensions: [basicConstraints(true), ...leaf.extensions.slice(1)] }),
  },
  'leaf-wrong-unit': {
    title: 'The certificate subject has another OU than "Authenticator Attestation"',
    breaks: 'WebAuthn L3 section 8.2.1',
    certificate: (leaf) => ({
      ...leaf,
      subject: leaf.subject.map(([type, value]) => [type, type === 'OU' ? 'Sales' : value] as const),
    }),
  },
  'leaf-version-1': {
    title: 'The attestation certificate has version 1',
    breaks: 'WebAuthn L3 section 8.2.1',
    certificate: (leaf) => ({ ...leaf, version: 1 }),
  },
  'non-canonical-cbor': {
    title: 'Answers are not in CTAP2 canonical CBOR',
    breaks: 'CTAP 2.1 section 8',
    answer: widenMapHead,
  },
  'extra-bytes': {
    title: 'Bytes follow the CBOR of every answer',
    breaks: 'CTAP 2.1 section 8.1',
    answer: (answer) => concat(answer, new Uint8Array(3)),
  },
  'truncated-answer': {
    title: 'Every answer lacks its second half',
    breaks: 'CTAP 2.1 section 8.1',
    answer: (answer) => answer.slice(0, Math.ceil(answer.length / 2)),
  },
  'empty-answer': {
    title: 'Answers have no bytes, not even a status',
    breaks: 'CTAP 2.1 section 8.1',
    answer: () => new Uint8Array(0),
  },
  'unknown-status': {
    title: 'Every answer is a status that no specification defines',
    breaks: 'CTAP 2.1 section 8.2',
    answer: () => new Uint8Array([0xc8]),
  },
  silent: {
    title: 'Never answers',
    breaks: 'CTAP 2.1 section 8.1',
    answer: () => undefined,
  },
  'exclude-list-ignored': {
    title: 'Registers a second time although excludeList names its credential',
    breaks: 'CTAP 2.1 section 6.1.2 step 12',
    rules: { excludeListMatters: false },
  },
  'presence-not-awaited': {
    title: 'Claims user presence without a gesture',
    breaks: 'CTAP 2.1 section 6.1.2 step 14',
    rules: { presenceIsAwaited: false },
  },
  'cred-protect-ignored': {
    title: 'Uses protected credentials without user verification',
    breaks: 'CTAP 2.1 section 6.2.2 step 7 and 12.1',
    rules: { credentialProtectionMatters: false },
  },
  'pin.no-soft-lock': {
    title: 'Wrong PINs in a row never ask for a power cycle',
    breaks: 'CTAP 2.1 section 6.5.5.7.2',
    rules: { softLockAfter: Number.POSITIVE_INFINITY },
  },
  'pin.decrement-after-answer': {
    title: 'The retry counter falls after the answer: cutting the power saves the retry',
    breaks: 'CTAP 2.1 section 6.5.5.7.2',
    rules: { retryFallsBeforeCompare: false },
  },
  'pin.retries-unlimited': {
    title: 'Wrong PINs cost nothing',
    breaks: 'CTAP 2.1 section 6.5.2.3',
    rules: { retryCost: 0 },
  },
  'pin.key-agreement-kept': {
    title: 'The key agreement key stays after a wrong PIN',
    breaks: 'CTAP 2.1 section 6.5.5.7.2',
    rules: { keyAgreementRegenerates: false },
  },
  'token.permissions-ignored': {
    title: 'Any token opens any command for any relying party',
    breaks: 'CTAP 2.1 section 6.5.2.1',
    rules: { tokenPermissionsMatter: false },
  },
  'token.never-expires': {
    title: 'Tokens outlive their time limits',
    breaks: 'CTAP 2.1 section 6.5.2.1',
    rules: { tokensExpire: false },
  },
  'token.not-consumed': {
    title: 'A token keeps flags and permissions after it was used with user presence',
    breaks: 'CTAP 2.1 section 6.1.2 step 14',
    rules: { tokensAreConsumed: false },
  },
} as const satisfies Record<string, Defect>;

export type DefectId = keyof typeof defects;

/** @throws {UsageError} for an id that the catalogue does not have. */
export function defectOf(id: string): Defect {
  if (Object.hasOwn(defects, id)) return defects[id as DefectId];
  throw new UsageError(`there is no defect ${JSON.stringify(id)}: known are ${Object.keys(defects).join(', ')}`);
}
