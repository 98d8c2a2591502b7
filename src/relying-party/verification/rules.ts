/**
 * The rules that verification enforces, by id. A refusal names the rule that was violated. A verifier that lacks one rule proves that a
 * conformance case tests this rule and no other; the portal enforces all of them.
 */
import { type Reason, RefusalError } from '../refusals.ts';

export const verificationRules = [
  'envelope.members',
  'envelope.raw-id',
  'client-data.json',
  'client-data.members',
  'client-data.duplicate',
  'client-data.token-binding',
  'client-data.type',
  'client-data.challenge',
  'client-data.origin',
  'client-data.cross-origin',
  'client-data.top-origin',
  'attestation-object.cbor',
  'attestation-object.members',
  'auth-data.structure',
  'auth-data.rp-id-hash',
  'auth-data.attested',
  'flags.user-present',
  'flags.user-verified',
  'flags.backup-state',
  'key.algorithm',
  'key.members',
  'key.point',
  'credential-id.length',
  'credential-id.same',
  'extensions.output',
  'statement.format',
  'statement.certificates',
  'statement.ecdsa-encoding',
  'leaf.version',
  'leaf.basic-constraints',
  'leaf.aaguid',
  'leaf.aaguid-critical',
  'leaf.critical-extension',
  'leaf.key-usage',
  'none.empty',
  'packed.members',
  'packed.signature',
  'packed.subject',
  'packed.self-algorithm',
  'packed.self-signature',
  'fido-u2f.members',
  'fido-u2f.single-certificate',
  'fido-u2f.certificate-key',
  'fido-u2f.credential-key',
  'fido-u2f.aaguid',
  'fido-u2f.signature',
  'tpm.members',
  'tpm.version',
  'tpm.structure',
  'tpm.public-area',
  'tpm.magic',
  'tpm.type',
  'tpm.extra-data',
  'tpm.name',
  'tpm.signature',
  'tpm.subject',
  'tpm.subject-alternative-name',
  'tpm.extended-key-usage',
  'android-key.members',
  'android-key.algorithm',
  'android-key.credential-key',
  'android-key.description',
  'android-key.challenge',
  'android-key.all-applications',
  'android-key.origin',
  'android-key.purpose',
  'android-key.signature',
  'apple.members',
  'apple.nonce',
  'apple.credential-key',
  'android-safetynet.members',
  'android-safetynet.version',
  'android-safetynet.response',
  'android-safetynet.nonce',
  'android-safetynet.cts-profile',
  'android-safetynet.timestamp',
  'android-safetynet.host',
  'android-safetynet.signature',
  'compound.parts',
  'path.anchor',
  'path.date',
  'path.critical-extension',
  'path.issuer-name',
  'path.authority',
  'path.key-usage',
  'path.length',
  'path.signature',
  'path.duplicate',
  'path.order',
  'attestation.required',
  'blob.token',
  'blob.certificates',
  'blob.chain',
  'blob.revocation-list',
  'blob.revoked',
  'blob.algorithm',
  'blob.signature',
  'blob.number',
  'blob.next-update',
  'blob.entries',
  'metadata.entry',
  'metadata.status',
  'metadata.statement',
  'metadata.identifier',
  'metadata.algorithm',
  'metadata.attestation-type',
  'metadata.root',
  'assertion.credential',
  'assertion.user-handle',
  'assertion.backup-eligibility',
  'assertion.signature',
  'assertion.counter',
] as const;

export type Rule = (typeof verificationRules)[number];

/** Ends the verification with a refusal, unless the verifier lacks the rule. */
export type Refuse = (rule: Rule, reason: Reason, detail?: string, cause?: unknown) => void;

/** Returns a function that refuses every violation but those of the rules in `lacks`. */
export const createRefuse =
  (lacks: ReadonlySet<Rule> = new Set()): Refuse =>
  (rule, reason, detail, cause) => {
    if (!lacks.has(rule)) throw new RefusalError(reason, detail, { cause, rule });
  };

/** A violated rule of a statement or certificate, and what was found. */
export type Problem = readonly [rule: Rule, detail: string];

/** Refuses the first problem whose rule the verifier has. */
export function refuseProblems(problems: Iterable<Problem>, reason: Reason, refuse: Refuse): void {
  for (const [rule, detail] of problems) refuse(rule, reason, detail);
}
