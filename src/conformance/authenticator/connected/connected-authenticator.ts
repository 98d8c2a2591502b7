/**
 * The port to an authenticator that stays the same during a run: a real key, another emulator, or a persona behind a transport. What
 * touches it and turns its power off and on - a person, a robot, a control channel, this process - is behind the port.
 * `testing/connected-authenticator-contract.ts` tests what every implementation must do.
 */
import type { CtapDevice } from '#transport/device.ts';
import type { TargetInterface, TestTarget, UserBehaviour } from '../test-target.ts';

export interface ConnectedAuthenticator extends AsyncDisposable, Pick<TestTarget, 'openHid' | 'openCard'> {
  /** What is tested, e.g. `yubikey-5-nfc over udp`. */
  readonly name: string;
  readonly interfaces?: readonly TargetInterface[] | undefined;
  /** How its user can answer requests for a gesture. */
  readonly behaviours: readonly UserBehaviour[];
  /** A case that takes longer is inconclusive; in milliseconds of real time. */
  readonly caseLimitMs: number;
  /**
   * The present connection; another one after `powerCycle` and `reconnect`.
   * @throws {TransportError} `disconnected` if there is none.
   */
  readonly device: CtapDevice;
  /** The user answers in this way from now on. `behaviours` contains it. */
  setUser(behaviour: UserBehaviour): void;
  /**
   * Turns the power off and on, and connects again.
   * @throws {ActionFailed} if the power could not be turned off and on.
   */
  powerCycle(): Promise<void>;
  /** Lets time pass for the authenticator. */
  wait(ms: number): Promise<void>;
  /**
   * Sets up built-in user verification again, which a reset has deleted; the authenticator has no PIN afterwards. Absent if that is not
   * possible: then the cases that need it have no result after a reset.
   */
  setUpVerification?(): Promise<void>;
  /** Connects again after the connection was lost, and ends what is left of a command. @throws {TransportError} if that fails. */
  reconnect(): Promise<void>;
}

/** An action at the authenticator did not happen: no touch, no power cycle. The case that needs it has no result. */
export class ActionFailed extends Error {
  override readonly name = 'ActionFailed';
}
