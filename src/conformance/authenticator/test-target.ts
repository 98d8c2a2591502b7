/** The port to the authenticator under test. `src/cli/compose` implements it for emulated authenticators. */
import type { CtapDevice } from '#transport/device.ts';
import type { MetadataStatement } from './metadata/statement.ts';
import type { RegistrationOptions, TestCredential } from './test-credential.ts';

/**
 * The state that a case starts from: `no-pin` after a reset, `pin` with the PIN of the suite. In both, other cases may have stored
 * credentials; each case has its own RP ID.
 */
export type StartState = 'no-pin' | 'pin';

/**
 * How the user answers requests for a gesture: `touch` at once; `decline`; `absent` until the authenticator stops waiting; `wait`
 * without an answer until the platform cancels; `wrong-finger`: a fingerprint that is not enrolled.
 */
export type UserBehaviour = 'touch' | 'decline' | 'absent' | 'wait' | 'wrong-finger';

/**
 * The interfaces of a target below CTAP messages: CTAPHID reports, U2F messages, or the APDUs of a card. `metadata` is the metadata
 * statement of its vendor.
 */
export type TargetInterface = 'ctaphid' | 'u2f' | 'nfc' | 'metadata';

/** The CTAPHID reports that host and authenticator exchange, each of 64 bytes. It is disposed of after the case, where that is needed. */
export interface HidInterface extends Partial<AsyncDisposable> {
  send(report: Uint8Array): void;
  /** Resolves with the next report of the authenticator; with undefined if `timeoutMs` milliseconds pass without one. */
  receive(timeoutMs: number): Promise<Uint8Array | undefined>;
  /** Milliseconds of the clock of the target, for the time between reports. */
  now(): number;
}

/** The APDUs that reader and card exchange. */
export interface CardInterface {
  /** @throws {TransportError} if the card is gone or does not answer. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
}

/** Credentials that several cases use. */
export interface CredentialPool {
  find(options: RegistrationOptions, hasPin: boolean): TestCredential | undefined;
  add(options: RegistrationOptions, hasPin: boolean, credential: TestCredential): void;
}

/** The authenticator during one case: without a PIN, and touched at once until `setUser` changes that. */
export interface TestTarget extends AsyncDisposable {
  /** Whether the PIN of the suite is set already; undefined: no PIN is set. */
  readonly hasPin?: boolean;
  /** Credentials of other cases that the case may use as its preparation; undefined: none. */
  readonly credentials?: CredentialPool | undefined;
  /** Its `transactU2f` is the interface `u2f`. */
  readonly device: CtapDevice;
  /** Only with the interface `ctaphid`. After a power cycle, reports still arrive. */
  openHid?(): Promise<HidInterface>;
  /** Only with the interface `nfc`. The card has been inserted, and no applet is selected. */
  openCard?(): Promise<CardInterface>;
  setUser(behaviour: UserBehaviour): void;
  /** Turns the power off and on. */
  powerCycle(): Promise<void>;
  /** Lets time pass for the authenticator. */
  wait(ms: number): Promise<void>;
}

/** The start state of a case; `any` for reading getInfo. */
export interface CaseStart {
  state: StartState | 'any';
  /** No discoverable credential is stored, not even of other cases. */
  withoutCredentials?: boolean | undefined;
}

/** Opens the authenticator under test for each case. */
export interface TestTargetSource {
  /** What is tested, e.g. `persona yubikey-5-nfc`. */
  readonly name: string;
  /** Undefined: none. */
  readonly interfaces?: readonly TargetInterface[] | undefined;
  /** Only with the interface `metadata`: the metadata statement of the vendor. */
  readonly metadata?: (() => Promise<MetadataStatement>) | undefined;
  /** A case that takes longer is inconclusive; in milliseconds of real time. Undefined: 20 seconds. */
  readonly caseLimitMs?: number | undefined;
  /** All cases use the same authenticator, so that a reset in one case changes what applies in later ones. */
  readonly keepsState?: boolean | undefined;
  /** `caseId` makes the bytes of an emulated authenticator reproducible. */
  open(caseId: string, start: CaseStart): Promise<TestTarget>;
}
