/** An authenticator that stays the same during a run, as the target of every case. */
import { TransportError } from '#protocol/errors.ts';
import { type Transact, withTransact } from '#transport/device.ts';
import { NotApplicable, SetUpFailed } from '../failures.ts';
import type {
  CaseStart,
  CredentialPool,
  HidInterface,
  TestTarget,
  TestTargetSource,
  UserBehaviour,
} from '../test-target.ts';
import { AuthenticatorState } from './authenticator-state.ts';
import { ActionFailed, type ConnectedAuthenticator } from './connected-authenticator.ts';

export interface ConnectedTargetOptions {
  /** The credentials of other cases that the case with this id may use as its preparation. Undefined: none. */
  credentialsFor?(caseId: string): CredentialPool | undefined;
  /** Called after every reset. */
  onReset?(): void;
  /** False: only a reset restores the start state of a case. */
  restoresWithoutReset?: boolean;
}

/** Returns the source of targets: every case starts on the same authenticator, in the state that it needs. */
export function connectedTargets(
  authenticator: ConnectedAuthenticator,
  options: ConnectedTargetOptions = {},
): TestTargetSource {
  const state = new AuthenticatorState(authenticator, options);
  return {
    name: authenticator.name,
    interfaces: authenticator.interfaces,
    caseLimitMs: authenticator.caseLimitMs,
    keepsState: true,
    open: async (caseId, start) => {
      authenticator.setUser('touch');
      const hasPin = await withActionFailures(() => prepare(authenticator, state, start));
      const credentials = options.credentialsFor?.(caseId);
      return new ConnectedTarget({ authenticator, state, hasPin, credentials });
    },
  };
}

/** Connects again if the connection was lost. */
async function prepare(
  authenticator: ConnectedAuthenticator,
  state: AuthenticatorState,
  start: CaseStart,
): Promise<boolean> {
  try {
    return await state.prepare(start);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    await authenticator.reconnect();
    return await state.prepare(start);
  }
}

interface ConnectedTargetParts {
  authenticator: ConnectedAuthenticator;
  state: AuthenticatorState;
  hasPin: boolean;
  credentials: CredentialPool | undefined;
}

class ConnectedTarget implements TestTarget {
  readonly hasPin: boolean;
  readonly credentials: CredentialPool | undefined;
  readonly openHid: TestTarget['openHid'];
  readonly openCard: TestTarget['openCard'];
  readonly #authenticator: ConnectedAuthenticator;
  readonly #state: AuthenticatorState;
  readonly #opened: HidInterface[] = [];
  /** Aborts when the case is over: a case that took too long sends nothing more. */
  readonly #end = new AbortController();

  constructor({ authenticator, state, hasPin, credentials }: ConnectedTargetParts) {
    this.#authenticator = authenticator;
    this.#state = state;
    this.hasPin = hasPin;
    this.credentials = credentials;
    this.openHid = authenticator.openHid && (() => this.#openHid());
    this.openCard = authenticator.openCard?.bind(authenticator);
  }

  get device() {
    const { device } = this.#authenticator;
    return withTransact(
      device,
      this.#withinCase(async (message, options) => {
        const answer = await this.#authenticator.device.transact(message, options);
        this.#state.record(message, answer);
        return answer;
      }),
      () => this.#withinCase((apdu, options) => this.#sendU2f(apdu, options)),
    );
  }

  setUser(behaviour: UserBehaviour): void {
    if (!this.#authenticator.behaviours.includes(behaviour)) throw missingBehaviour(behaviour);
    this.#authenticator.setUser(behaviour);
  }

  powerCycle(): Promise<void> {
    this.#end.signal.throwIfAborted();
    return withActionFailures(() => this.#authenticator.powerCycle());
  }

  async wait(ms: number): Promise<void> {
    this.#end.signal.throwIfAborted();
    await this.#authenticator.wait(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error('The case is over'));
    for (const opened of this.#opened) await opened[Symbol.asyncDispose]?.();
  }

  async #openHid(): Promise<HidInterface> {
    const { openHid } = this.#authenticator;
    if (!openHid) throw new SetUpFailed('The target gives no access to CTAPHID reports');
    const opened = await openHid.call(this.#authenticator);
    this.#opened.push(opened);
    return opened;
  }

  async #sendU2f(...[apdu, options]: Parameters<Transact>): Promise<Uint8Array> {
    const { device } = this.#authenticator;
    if (!device.transactU2f) throw new TransportError('unavailable', `${device.name} cannot transfer U2F messages`);
    return await device.transactU2f(apdu, options);
  }

  /** Cancels a command that still runs when the case is over. */
  #withinCase =
    (transact: Transact): Transact =>
    async (message, options = {}) => {
      this.#end.signal.throwIfAborted();
      const signal = AbortSignal.any([this.#end.signal, ...(options.signal ? [options.signal] : [])]);
      return await withActionFailures(() => transact(message, { ...options, signal }));
    };
}

/** A missing action is not a fault of the authenticator. */
async function withActionFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ActionFailed) throw new SetUpFailed(error.message, { cause: error });
    throw error;
  }
}

const reasons: Record<UserBehaviour, string> = {
  touch: 'The authenticator cannot be touched',
  decline: 'The user of this authenticator can touch it or not, but cannot decline a request',
  absent: 'The authenticator touches itself, so a request cannot stay without an answer',
  wait: 'The authenticator touches itself, so a request cannot stay without an answer',
  'wrong-finger': 'There is no finger that is not enrolled',
};

const missingBehaviour = (behaviour: UserBehaviour): Error =>
  behaviour === 'decline' ? new NotApplicable(reasons.decline) : new SetUpFailed(reasons[behaviour]);
