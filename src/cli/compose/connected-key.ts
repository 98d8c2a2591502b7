/**
 * A real key, or the device at an address, as the authenticator of a conformance run. An operator - a person, a robot, a control channel -
 * touches it, and unplugs it and plugs it in again.
 */
import { LinkedAbort, neverAborted } from '#base/async.ts';
import { systemClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import {
  ActionFailed,
  type ConnectedAuthenticator,
} from '#conformance/authenticator/connected/connected-authenticator.ts';
import type { UserBehaviour } from '#conformance/authenticator/test-target.ts';
import { parseResponse, statusWords } from '#protocol/apdu.ts';
import { TransportError } from '#protocol/errors.ts';
import { Presence } from '#real-keys/presence.ts';
import { RealKey } from '#real-keys/real-key.ts';
import type { PlannedKey } from '#real-keys/resolve-devices.ts';
import { requiresU2fTouch } from '#real-keys/touch-watch.ts';
import { type Operator, OperatorTimeout } from '#scenario/parties/operator.ts';
import type { CtapDevice, Transact } from '#transport/device.ts';
import { withTransact } from '#transport/device.ts';
import type { FoundDevice } from '#transport/transport.ts';
import { findReportInterface, interfacesOf, openReportInterface } from './report-interface.ts';

export interface ConnectedKeyOptions {
  key: PlannedKey;
  operator: Operator;
  /** Time limit for each manual action, in milliseconds. */
  gestureTimeoutMs: number;
  listDevices(): Promise<FoundDevice[]>;
  open(address: string): Promise<CtapDevice>;
}

/** Connects to the key. @throws {TransportError} if it cannot be opened. */
export async function connectKey(options: ConnectedKeyOptions): Promise<ConnectedAuthenticator> {
  const connected = new ConnectedKey(options);
  await connected.reconnect();
  return connected;
}

/** A case requests several gestures, and a person needs time for each. */
const gesturesPerCase = 20;
/** Interval of repeated U2F commands. */
const u2fIntervalMs = 100;

class ConnectedKey implements ConnectedAuthenticator {
  readonly name: string;
  readonly behaviours = ['touch', 'absent', 'wait'] as const;
  readonly caseLimitMs: number;
  readonly openHid: ConnectedAuthenticator['openHid'];
  readonly #key: RealKey;
  /** Where the key was last connected. */
  #address: string;
  #behaviour: UserBehaviour = 'touch';
  /** The operator did not plug the key in again: later cases do not wait for that. */
  #isGivenUp = false;

  constructor(options: ConnectedKeyOptions) {
    const { key, gestureTimeoutMs } = options;
    this.name = `${key.label} (${key.id})`;
    this.caseLimitMs = gesturesPerCase * gestureTimeoutMs;
    this.#address = key.address;
    this.openHid = findReportInterface(key.address) && (() => openReportInterface(this.#address));
    this.#key = new RealKey({
      ...options,
      open: async (address) => {
        const device = await options.open(address);
        this.#address = address;
        return device;
      },
      presence: new Presence(options),
      elapsedMs: () => systemClock.monotonic(),
      onChange: () => undefined,
    });
  }

  get interfaces() {
    return interfacesOf(this.#key.available?.device, this.openHid);
  }

  get device(): CtapDevice {
    const device = this.#key.available?.device;
    if (!device) throw new TransportError('disconnected', `${this.name} is not plugged in`);
    return withTransact(device, this.#withGestures(device.transact.bind(device)), (transactU2f) =>
      this.#withGestures(this.#repeatUntilTouched(transactU2f), 'u2f'),
    );
  }

  setUser(behaviour: UserBehaviour): void {
    this.#behaviour = behaviour;
  }

  powerCycle(): Promise<void> {
    return asAction(() => this.#key.powerCycle(neverAborted));
  }

  wait(ms: number): Promise<void> {
    return systemClock.sleep(ms);
  }

  async reconnect(): Promise<void> {
    await this.#key.close();
    try {
      await this.#key.open();
      this.#isGivenUp = false;
    } catch (error) {
      if (this.#isGivenUp || !(error instanceof TransportError)) throw error;
      this.#isGivenUp = true;
      await asAction(() => this.#key.connect(neverAborted));
      this.#isGivenUp = false;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#key.close();
  }

  /** While a command runs, the operator answers the requests of the key. A gesture that does not happen ends the command. */
  #withGestures =
    (transact: Transact, protocol: 'ctap2' | 'u2f' = 'ctap2'): Transact =>
    async (message, { signal = neverAborted, ...options } = {}) => {
      using gestures = new LinkedAbort(signal);
      const cancellation = new AbortController();
      const failed = this.#answerRequests(gestures.signal, protocol).then(
        () => undefined,
        (error: unknown) => {
          if (gestures.signal.aborted) return undefined;
          cancellation.abort(error);
          return asActionFailed(error);
        },
      );
      const answered = transact(message, { ...options, signal: AbortSignal.any([signal, cancellation.signal]) });
      await answered.catch(() => undefined); // awaited below
      gestures[Symbol.dispose]();
      const failure = await failed;
      if (failure !== undefined) throw failure;
      return await answered;
    };

  /** U2F has no keepalives: the host repeats the command until the key was touched. */
  #repeatUntilTouched =
    (transactU2f: Transact): Transact =>
    async (apdu, options) => {
      for (;;) {
        const answer = await transactU2f(apdu, options);
        const needsTouch =
          answer.length >= 2 && parseResponse(answer).status === statusWords.SW_CONDITIONS_NOT_SATISFIED;
        if (!needsTouch || this.#behaviour !== 'touch' || !requiresU2fTouch(apdu)) return answer;
        await systemClock.sleep(u2fIntervalMs, options?.signal);
      }
    };

  /** A U2F command that is not touched ends at once, so that there is nothing to wait for. */
  async #answerRequests(signal: AbortSignal, protocol: 'ctap2' | 'u2f'): Promise<void> {
    while (this.#behaviour === 'touch' || (this.#behaviour === 'absent' && protocol === 'ctap2')) {
      await this.#key.whenTouchRequested(signal);
      await (this.#behaviour === 'absent' ? this.#key.deny(signal) : this.#key.touch(signal));
    }
  }
}

async function asAction(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw asActionFailed(error);
  }
}

const asActionFailed = (error: unknown): unknown =>
  error instanceof OperatorTimeout ? new ActionFailed(messageOf(error), { cause: error }) : error;
