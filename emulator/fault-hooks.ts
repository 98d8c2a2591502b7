/**
 * The places where an authenticator can be made to misbehave, as one object that does nothing unless a defect says so:
 * rules it follows, what it understands of a request, and the bytes it makes on their way out. The defects themselves are
 * in `defects/`.
 */
import type { AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { CertificateTemplate } from './attestation/x509.ts';

/** Behaviour that the specification asks for; a defect overrides one of them. */
const correctRules = {
  /** Wrong PINs in a row until PIN use is blocked for the rest of the power cycle. */
  softLockAfter: 3,
  /** What a wrong PIN costs. */
  retryCost: 1,
  retryFallsBeforeCompare: true,
  retriesRiseOnSuccess: true,
  blockedPinIsRefused: true,
  pinIsCompared: true,
  pinPolicyMatters: true,
  pinIsSetOnce: true,
  keyAgreementRegenerates: true,
  tokenIsVerified: true,
  tokenPermissionsMatter: true,
  tokenRpIdMatters: true,
  tokensExpire: true,
  tokensAreConsumed: true,
  newTokenEndsOthers: true,
  changedPinEndsTokens: true,
  counterStep: 1,
  verificationMatters: true,
  presenceIsAwaited: true,
  credentialProtectionMatters: true,
  namesNeedVerification: true,
  newestCredentialFirst: true,
  assertionsAreForgotten: true,
  resetNeedsPowerUp: true,
  resetNeedsTouch: true,
  resetForgets: true,
  requestsAreCanonical: true,
  messageSizeMatters: true,
  keepalivesAreSent: true,
  /** Milliseconds between the end of a command and its answer. */
  answerDelayMs: 0,
  attestationRootIsKnown: true,
};
export type Rules = typeof correctRules;

/** Values on their way; each is the identity for a correct authenticator. */
interface Alterations {
  /** What a command believes that it was asked. */
  request(parameters: CborMap, command: CommandName): CborMap;
  /** Before authenticator data is encoded and signed. */
  authData(data: AuthenticatorData): AuthenticatorData;
  /** Encoded, before it is signed: rpIdHash(32) flags(1) signCount(4) and so on. */
  encodedAuthData(bytes: Uint8Array): Uint8Array;
  /** The clientDataHash that is signed. */
  clientDataHash(hash: Uint8Array): Uint8Array;
  /** Attestation and assertion signatures. */
  signature(signature: Uint8Array): Uint8Array;
  /** The attestation certificate before it is signed. */
  certificate(template: CertificateTemplate): CertificateTemplate;
  /** The members of a successful answer, before they are encoded. */
  response(members: CborMap, command: CommandName): CborMap;
  /** The status that ends a command without success; `command` is absent for one that it does not have. */
  status(status: CtapStatusName, command: CommandName | undefined): CtapStatusName;
}

export interface Misbehaviour extends Alterations {
  readonly rules: Rules;
  /** The whole answer, status byte first; undefined keeps silent. `previous` is the answer before, as it went out. */
  answer(answer: Uint8Array, previous: Uint8Array | undefined): Uint8Array | undefined;
}

/** What one defect changes. */
export interface Change extends Partial<Omit<Misbehaviour, 'rules'>> {
  rules?: Partial<Rules>;
}

const unchanged = <T>(value: T): T => value;

/** One change after the other; the context is the same for all. */
function chain<T, C extends unknown[]>(steps: readonly ((value: T, ...context: C) => T)[]) {
  if (steps.length === 0) return unchanged<T>;
  return (value: T, ...context: C): T => steps.reduce((current, step) => step(current, ...context), value);
}

/** Puts the changes together. Without any the result is a correct authenticator. */
export function misbehaviour(changes: readonly Change[]): Misbehaviour {
  const all = <K extends keyof Change>(name: K) =>
    changes.flatMap((change): NonNullable<Change[K]>[] => (change[name] ? [change[name]] : []));
  const answers = all('answer');
  return {
    rules: Object.assign({}, correctRules, ...all('rules')),
    request: chain(all('request')),
    authData: chain(all('authData')),
    encodedAuthData: chain(all('encodedAuthData')),
    clientDataHash: chain(all('clientDataHash')),
    signature: chain(all('signature')),
    certificate: chain(all('certificate')),
    response: chain(all('response')),
    status: chain(all('status')),
    answer: (answer, previous) =>
      answers.reduce<Uint8Array | undefined>((bytes, step) => bytes && step(bytes, previous), answer),
  };
}
