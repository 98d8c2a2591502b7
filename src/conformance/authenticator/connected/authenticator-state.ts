/**
 * The state of an authenticator that all cases share: its PIN, and what earlier cases have changed. Brings it into the state from which
 * the next case starts, with as few gestures as possible: it is reset only if nothing else restores the state.
 */
import { messageOf } from '#base/errors.ts';
import { type Random, systemRandom } from '#base/random.ts';
import { commands } from '#protocol/commands.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { decodeExchange } from '../exchange.ts';
import { SetUpFailed } from '../failures.ts';
import { readInfo } from '../read-info.ts';
import type { CaseStart } from '../test-target.ts';
import { ActionFailed, type ConnectedAuthenticator } from './connected-authenticator.ts';
import { KnownPin } from './known-pin.ts';
import { noChanges, recordChanges, type StateChanges } from './state-changes.ts';

/** For an authenticator that does not report how many discoverable credentials it can store. */
const assumedCapacity = 20;
/** A case stores at most this number of credentials, unless it fills the authenticator, which is destructive. */
export const credentialsOfCase = 4;

export interface AuthenticatorStateOptions {
  /** Called after every reset. */
  onReset?: () => void;
  /** False: only a reset restores the start state of a case. */
  restoresWithoutReset?: boolean;
  random?: Random;
}

export class AuthenticatorState {
  readonly #authenticator: ConnectedAuthenticator;
  readonly #pin: KnownPin;
  readonly #onReset: () => void;
  readonly #restoresWithoutReset: boolean;
  #changes: StateChanges = noChanges();
  /** The settings in getInfo before the first change; undefined until they have been read. */
  #settings: string | undefined;
  #capacity = assumedCapacity;
  /** The PIN, if there is one, is that of the suite. An earlier run may have set another. */
  #isPinKnown = false;
  /** Whether built-in user verification was set up before the first case. */
  #hadVerification: boolean | undefined;
  /** Why the authenticator does not accept a reset: no other one is tried. */
  #resetRefusal: string | undefined;

  constructor(authenticator: ConnectedAuthenticator, options: AuthenticatorStateOptions = {}) {
    const { onReset = () => undefined, restoresWithoutReset = true, random = systemRandom } = options;
    this.#authenticator = authenticator;
    this.#onReset = onReset;
    this.#restoresWithoutReset = restoresWithoutReset;
    this.#pin = new KnownPin(authenticator, random);
  }

  /** Notes what a command has changed. */
  record(request: Uint8Array, answer: Uint8Array): void {
    recordChanges(this.#changes, request, answer);
  }

  /**
   * Prepares the start state of a case. Returns whether the PIN of the suite is set.
   * @throws {SetUpFailed} if that is not possible; {ActionFailed} if the power was not turned off and on; {TransportError} if the
   * authenticator is gone.
   */
  async prepare(start: CaseStart): Promise<boolean> {
    if (this.#changes.wasReset) await this.#noteReset();
    let info = await this.#readInfo();
    if (start.state === 'any') return info.options?.clientPin === true;
    this.#hadVerification ??= info.options?.uv === true;
    if (await this.#isResetNeeded(info, start)) {
      await this.#reset();
      info = await this.#readInfo();
    }
    if (this.#settings === undefined) this.#noteSettings(info);
    return info.options?.clientPin === true;
  }

  async #isResetNeeded(info: AuthenticatorInfo, { state, withoutCredentials }: CaseStart): Promise<boolean> {
    const { needsReset, storedCredentials, largeBlobs, verification, pin } = this.#changes;
    const hasPin = info.options?.clientPin === true;
    if (withoutCredentials && storedCredentials > 0) return true;
    const hasOtherSettings = this.#settings !== undefined && this.#settings !== settingsOf(info);
    const isFull = storedCredentials > 0 && storedCredentials + credentialsOfCase > this.#capacity;
    if (needsReset || hasOtherSettings || isFull) return true;
    if (!this.#restoresWithoutReset && (pin || verification || largeBlobs)) return true;
    if (verification && !(await this.#restoreVerification(info))) return true;
    if (hasPin && (state === 'no-pin' || !(await this.#restorePin(info)))) return true;
    if (!largeBlobs) return false;
    const isRestored = await this.#pin.restoreLargeBlobs(info);
    this.#changes.largeBlobs = !isRestored;
    return !isRestored;
  }

  async #restorePin(info: AuthenticatorInfo): Promise<boolean> {
    if (this.#isPinKnown && !this.#changes.pin) return true;
    this.#isPinKnown = await this.#pin.restore(info);
    this.#changes.pin = !this.#isPinKnown;
    return this.#isPinKnown;
  }

  /** A match restores the retries of built-in user verification; so does the correct PIN, CTAP 2.1 section 6.5.5.7. */
  async #restoreVerification(info: AuthenticatorInfo): Promise<boolean> {
    this.#changes.verification = false;
    if (info.options?.clientPin !== true) return this.#pin.verifyUser(info);
    this.#changes.pin = true;
    return true;
  }

  /** A reset is accepted within 10 seconds after power-up, and needs a touch: CTAP 2.1 section 6.6. */
  async #reset(): Promise<void> {
    if (this.#resetRefusal !== undefined) throw new SetUpFailed(this.#resetRefusal);
    const problem = await this.#tryPowerCycle();
    const { status } = await this.#send(commands.authenticatorReset.code);
    if (status === 'CTAP2_OK') return await this.#noteReset();
    const reason = problem === undefined ? '' : ` (${problem})`;
    this.#resetRefusal = `The case needs a reset, which the authenticator refused with ${status}${reason}`;
    throw new SetUpFailed(this.#resetRefusal);
  }

  /** Returns why the power could not be turned off and on: some authenticators accept a reset at any time. */
  async #tryPowerCycle(): Promise<string | undefined> {
    try {
      await this.#authenticator.powerCycle();
      return undefined;
    } catch (error) {
      if (error instanceof ActionFailed) return messageOf(error);
      throw error;
    }
  }

  async #noteReset(): Promise<void> {
    this.#changes = noChanges();
    this.#settings = undefined;
    this.#isPinKnown = true;
    this.#onReset();
    if (this.#hadVerification) await this.#authenticator.setUpVerification?.();
  }

  #noteSettings(info: AuthenticatorInfo): void {
    this.#settings = settingsOf(info);
    this.#capacity = info.remainingDiscoverableCredentials ?? assumedCapacity;
  }

  async #readInfo(): Promise<AuthenticatorInfo> {
    return readInfo((await this.#send(commands.authenticatorGetInfo.code)).members);
  }

  async #send(code: number) {
    const request = new Uint8Array([code]);
    return decodeExchange(request, await this.#authenticator.device.transact(request));
  }
}

/** The options that change with a PIN. */
const pinOptions = new Set(['clientPin', 'uv', 'bioEnroll', 'userVerificationMgmtPreview', 'makeCredUvNotRqd']);

function settingsOf({ options = {}, minPINLength, forcePINChange }: AuthenticatorInfo): string {
  const kept = Object.entries(options).filter(([name]) => !pinOptions.has(name));
  return JSON.stringify([kept.toSorted(), minPINLength, forcePINChange === true]);
}
