/** The port to the authenticator under test. `src/cli/compose` implements it for emulated authenticators. */
import type { CtapDevice } from '#transport/device.ts';

/**
 * How the user answers requests for a gesture: `touch` at once; `decline`; `absent` until the authenticator stops waiting; `wait`
 * without an answer until the platform cancels; `wrong-finger`: a fingerprint that is not enrolled.
 */
export type UserBehaviour = 'touch' | 'decline' | 'absent' | 'wait' | 'wrong-finger';

/** The authenticator during one case: without a PIN, and touched at once until `setUser` says otherwise. */
export interface TestTarget extends AsyncDisposable {
  readonly device: CtapDevice;
  setUser(behaviour: UserBehaviour): void;
  /** Turns the power off and on. */
  powerCycle(): Promise<void>;
  /** Lets time pass for the authenticator. */
  wait(ms: number): Promise<void>;
}

/** Opens the authenticator under test for each case. */
export interface TestTargetSource {
  /** What is tested, e.g. `persona yubikey-5-nfc`. */
  readonly name: string;
  /** `caseId` makes the bytes of an emulated authenticator reproducible. */
  open(caseId: string): Promise<TestTarget>;
}
