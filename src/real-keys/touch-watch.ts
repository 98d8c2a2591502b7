/**
 * Detects when a real key requests a touch and when the user has touched it. A key reports this in its keepalives (CTAP 2.1 section
 * 11.2.9.1.7). A key on a smart card reader sends none: there, placing it on the reader counts as the touch. Requests and touches
 * that happen before a step waits for them are kept, because users are fast, and some keys touch themselves.
 */
import { Waiters } from '#base/async.ts';
import { parseResponse, statusWords } from '#protocol/apdu.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { type CommandName, commandName } from '#protocol/commands.ts';
import { ctapStatus } from '#protocol/status.ts';
import { u2fControl, u2fInstructions } from '#protocol/u2f.ts';
import { type CtapDevice, type Keepalive, type Transact, withTransact } from '#transport/device.ts';

/** Status codes of a command that the user did not confirm, CTAP 2.1 sections 6.1.2 and 8.2. */
const notTouched = new Set<number | undefined>([
  ctapStatus.CTAP2_ERR_USER_ACTION_TIMEOUT,
  ctapStatus.CTAP2_ERR_ACTION_TIMEOUT,
  ctapStatus.CTAP2_ERR_OPERATION_DENIED,
]);

/** Commands that require a touch, with the parameter that the client can disable it with (`up: false`). */
const touchCommands: Partial<Record<CommandName, number | undefined>> = {
  authenticatorMakeCredential: undefined,
  authenticatorGetAssertion: 0x05,
  authenticatorReset: undefined,
  authenticatorSelection: undefined,
};

/** How a touch request ended; `timed-out`: the key ended the command without a touch. */
export type TouchOutcome = 'touched' | 'timed-out';

/** One request of the key for a touch. */
class TouchRequest {
  readonly outcome: Promise<TouchOutcome>;
  /** The key no longer requests a touch. The outcome follows from what comes next: an answer, or more keepalives. */
  hasEnded = false;
  #resolve: (outcome: TouchOutcome) => void = () => undefined;

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  end(outcome: TouchOutcome): void {
    this.hasEnded = true;
    this.#resolve(outcome);
  }
}

export class TouchWatch {
  /** Requests that no step has taken yet, oldest first. */
  readonly #requests: TouchRequest[] = [];
  readonly #waiters = new Waiters<TouchRequest>();

  /** How many steps wait for a request. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Returns `device`, watched. Disposing it disposes `device`. */
  watch(device: CtapDevice): CtapDevice {
    const watchCtap2: Transact = async (message, options = {}) => {
      let request: TouchRequest | undefined;
      const onKeepalive = (state: Keepalive) => {
        if (request?.hasEnded) request.end('touched'); // the key continues to work, so it was touched
        if (state !== 'upneeded') {
          if (request) request.hasEnded = true;
        } else if (!request || request.hasEnded) request = this.#addRequest();
        options.onKeepalive?.(state);
      };
      try {
        const answer = await device.transact(message, { ...options, onKeepalive });
        const [status] = answer;
        if (notTouched.has(status)) request?.end('timed-out');
        if (notTouched.has(status) || status === ctapStatus.CTAP2_ERR_KEEPALIVE_CANCEL) this.#drop(request);
        if (!request && status === ctapStatus.CTAP2_OK && requiresTouch(message)) request = this.#addRequest();
        return answer;
      } catch (error) {
        this.#drop(request);
        throw error;
      } finally {
        request?.end('touched');
      }
    };
    return withTransact(device, watchCtap2, (transactU2f) => this.#watchU2f(transactU2f));
  }

  /**
   * U2F has no keepalives: a key that needs a touch answers SW_CONDITIONS_NOT_SATISFIED until it was touched, and the client
   * repeats the command.
   */
  #watchU2f(transactU2f: Transact): Transact {
    let request: TouchRequest | undefined;
    const endRequest = (outcome: TouchOutcome) => {
      request?.end(outcome);
      if (outcome === 'timed-out') this.#drop(request);
      request = undefined;
    };
    return async (apdu, options) => {
      if (!requiresU2fTouch(apdu)) return await transactU2f(apdu, options);
      try {
        const answer = await transactU2f(apdu, options);
        const status = answer.length < 2 ? undefined : parseResponse(answer).status;
        if (status === statusWords.SW_CONDITIONS_NOT_SATISFIED) request ??= this.#addRequest();
        else if (status !== statusWords.SW_NO_ERROR) endRequest('timed-out');
        else {
          request ??= this.#addRequest(); // touched before the first answer
          endRequest('touched');
        }
        return answer;
      } catch (error) {
        endRequest('timed-out');
        throw error;
      }
    };
  }

  /** Waits until the key requests a touch; resolves at once for a request that no step has taken yet. */
  async whenTouchRequested(signal: AbortSignal): Promise<void> {
    if (this.#requests.length === 0) await this.#waiters.wait(signal);
  }

  /** Takes the oldest request. Returns a promise of its outcome, or undefined if there is none or it has ended already. */
  takeRequest(): Promise<TouchOutcome> | undefined {
    const request = this.#requests.shift();
    return request && !request.hasEnded ? request.outcome : undefined;
  }

  /** No step can answer a request whose command timed out, was cancelled, or was cut off by unplugging the key. */
  #drop(request: TouchRequest | undefined): void {
    const index = request ? this.#requests.indexOf(request) : -1;
    if (index >= 0) this.#requests.splice(index, 1);
  }

  #addRequest(): TouchRequest {
    const request = new TouchRequest();
    this.#requests.push(request);
    this.#waiters.notify(request);
    return request;
  }
}

function requiresTouch(message: Uint8Array): boolean {
  const name = commandName(message[0] ?? 0);
  if (name === undefined || !Object.hasOwn(touchCommands, name)) return false;
  const optionsParameter = touchCommands[name];
  if (optionsParameter === undefined) return true;
  const { value } = inspect(message.subarray(1));
  const options = value instanceof Map ? value.get(optionsParameter) : undefined;
  return !(options instanceof Map && options.get('up') === false);
}

/** Whether a command APDU is U2F_REGISTER, or U2F_AUTHENTICATE with user presence. */
export const requiresU2fTouch = ([, instruction, control]: Uint8Array): boolean =>
  instruction === u2fInstructions.U2F_REGISTER ||
  (instruction === u2fInstructions.U2F_AUTHENTICATE && control === u2fControl.enforceUserPresence);
