/**
 * The hooks that let a defect change the authenticator's behaviour permanently: the rules that it follows, the requests
 * that it decodes, and the values that it sends. Without a defect every hook does nothing. The defects are in `defects/`;
 * faults that happen once, during one command, are in `planned-faults.ts`.
 */
import type { StatusWord } from '#protocol/apdu.ts';
import type { AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { CertificateTemplate } from '#protocol/x509/certificate.ts';
import {
  type CardRules,
  conformingCardRules,
  conformingHidRules,
  conformingU2fRules,
  type HidRules,
  type TransportFaults,
  type U2fRules,
} from './transport-rules.ts';

/** The behaviour that the specification requires. A defect overrides one rule. */
const conformingRules = {
  /** Number of consecutive wrong PINs that block PIN use until the next power cycle. */
  pinAttemptsPerPowerCycle: 3,
  /** PIN retries that a wrong PIN costs. */
  retryCost: 1,
  decrementRetriesBeforeCompare: true,
  restoreRetriesOnSuccess: true,
  refuseBlockedPin: true,
  comparePin: true,
  comparedPinHashBytes: 16,
  /** Wrong PINs cost a retry in every subcommand, not only in getPinToken. */
  countEveryGuess: true,
  checkPolicyBeforeChange: true,
  enforcePinPolicy: true,
  refuseSetPinWhenSet: true,
  regenerateKeyAgreement: true,
  keepKeyAgreement: true,
  /** What a power cycle ends: the key agreement key, the tokens, and the lock after three wrong PINs. */
  renewKeyAgreementAtPowerUp: true,
  revokeTokensAtPowerUp: true,
  unlockPinAtPowerUp: true,
  /** What a power cycle keeps. */
  keepCredentialsAtPowerUp: true,
  keepPinAtPowerUp: true,
  keepRetriesAtPowerUp: true,
  keepSignCountAtPowerUp: true,
  keepLargeBlobsAtPowerUp: true,
  keepSettingsAtPowerUp: true,
  keepFingerprintsAtPowerUp: true,
  enrollAfterLastSample: true,
  requireEnterpriseEnabling: true,
  limitEnterpriseRpIds: true,
  verifyToken: true,
  compareWholeParam: true,
  enforceTokenPermissions: true,
  enforceTokenRpId: true,
  acceptPersistentToken: true,
  expireTokens: true,
  /** Time limit for the first use of a token, in milliseconds; CTAP 2.1 section 6.5.2.1. */
  tokenInitialUsageMs: 30_000,
  consumeTokens: true,
  keepTokensOnSilence: true,
  keepLargeBlobWrite: true,
  revokeTokensOnNewToken: true,
  revokeTokensOnPinChange: true,
  revokePersistentTokenOnPinChange: true,
  endForcedPinChange: true,
  refuseSamePin: true,
  signCountStep: 1,
  enforceUserVerification: true,
  enforceUserPresence: true,
  enforceCredProtect: true,
  hideProtectedFromExclusion: true,
  forgetDeletedCredentials: true,
  renewSignatureNonces: true,
  renewInitializationVectors: true,
  keepIdentifier: true,
  renewCredStoreState: true,
  comparedDigestBytes: 16,
  hideNamesWithoutVerification: true,
  /** Every credential has its own secrets for hmac-secret. */
  separateHmacSecrets: true,
  separateVerifiedSecrets: true,
  newestCredentialFirst: true,
  expireAssertions: true,
  endSequenceWithOtherCommand: true,
  enforceResetAfterPowerUp: true,
  enforceTouchForReset: true,
  eraseOnReset: true,
  enforceCanonicalRequests: true,
  enforceMaxMessageSize: true,
  sendKeepalives: true,
  /** Milliseconds between the end of a command and its answer. */
  answerDelayMs: 0,
  useTrustedAttestationRoot: true,
};
export type Rules = typeof conformingRules;

/** Hooks that map a value to the value used instead. Each is the identity function in an authenticator without defects. */
interface ValueHooks {
  /** The decoded parameters of a request. */
  request(parameters: CborMap, command: CommandName): CborMap;
  /** Authenticator data before it is encoded and signed. */
  authData(data: AuthenticatorData): AuthenticatorData;
  /** Encoded authenticator data before it is signed: rpIdHash(32) flags(1) signCount(4) and so on. */
  encodedAuthData(bytes: Uint8Array): Uint8Array;
  /** The clientDataHash that is signed. */
  clientDataHash(hash: Uint8Array): Uint8Array;
  /** Attestation and assertion signatures. */
  signature(signature: Uint8Array): Uint8Array;
  /** The attestation certificate before it is signed. */
  certificate(template: CertificateTemplate): CertificateTemplate;
  /** The members of a successful response before they are encoded. */
  response(members: CborMap, command: CommandName): CborMap;
  /** The status of a command that fails; `command` is undefined if the command byte is not supported. */
  status(status: CtapStatusName, command: CommandName | undefined): CtapStatusName;
  /** The status word of a U2F command that fails. */
  u2fStatus(status: StatusWord): StatusWord;
  /** The data of a successful U2F response; `instruction` is INS. */
  u2fResponse(data: Uint8Array, instruction: number): Uint8Array;
}

/** A CTAPHID report of a response. */
export interface ResponsePacket {
  /** 64 bytes. */
  report: Uint8Array;
  /** Milliseconds between the previous packet and this one; 0 by default. */
  delayMs?: number | undefined;
}

export interface FaultHooks extends ValueHooks, TransportFaults {
  readonly rules: Rules;
  readonly u2f: U2fRules;
  /** The CTAPHID packets of a response; undefined if no defect changes them. */
  readonly packets: ((packets: readonly ResponsePacket[]) => readonly ResponsePacket[]) | undefined;
  /** The whole answer with its status byte; undefined sends no answer. `previous` is the last answer sent. */
  answer(answer: Uint8Array, previous: Uint8Array | undefined): Uint8Array | undefined;
}

/** The hooks and rules that one defect changes. */
export interface FaultChanges extends Partial<Omit<FaultHooks, 'rules' | 'hid' | 'card' | 'u2f'>> {
  rules?: Partial<Rules>;
  hid?: Partial<HidRules>;
  card?: Partial<CardRules>;
  u2f?: Partial<U2fRules>;
}

const unchanged = <T>(value: T): T => value;

/** Returns a function that applies all steps in order, each with the same context. */
function chain<T, C extends unknown[]>(steps: readonly ((value: T, ...context: C) => T)[]) {
  if (steps.length === 0) return unchanged<T>;
  return (value: T, ...context: C): T => steps.reduce((current, step) => step(current, ...context), value);
}

/** Combines the changes of several defects. Without changes the result is a conforming authenticator. */
export function createFaultHooks(changes: readonly FaultChanges[]): FaultHooks {
  const all = <K extends keyof FaultChanges>(name: K) =>
    changes.flatMap((change): NonNullable<FaultChanges[K]>[] => (change[name] ? [change[name]] : []));
  const answers = all('answer');
  const packets = all('packets');
  return {
    rules: Object.assign({}, conformingRules, ...all('rules')),
    hid: Object.assign({}, conformingHidRules, ...all('hid')),
    card: Object.assign({}, conformingCardRules, ...all('card')),
    u2f: Object.assign({}, conformingU2fRules, ...all('u2f')),
    request: chain(all('request')),
    authData: chain(all('authData')),
    encodedAuthData: chain(all('encodedAuthData')),
    clientDataHash: chain(all('clientDataHash')),
    signature: chain(all('signature')),
    certificate: chain(all('certificate')),
    response: chain(all('response')),
    status: chain(all('status')),
    u2fStatus: chain(all('u2fStatus')),
    u2fResponse: chain(all('u2fResponse')),
    hidMessage: chain(all('hidMessage')),
    cardResponse: chain(all('cardResponse')),
    packets: packets.length > 0 ? chain(packets) : undefined,
    answer: (answer, previous) =>
      answers.reduce<Uint8Array | undefined>((bytes, step) => bytes && step(bytes, previous), answer),
  };
}
