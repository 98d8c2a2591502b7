/** A real security key as the key under test of a case. The operator performs the manual actions (touch, unplug, plug in). */
import { LinkedAbort } from '#base/async.ts';
import type { AvailableAuthenticator } from '#client/context.ts';
import type { PinPrompt } from '#client/user-interaction.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { WireCommand } from '#scenario/language/schema/wire.ts';
import type { KeyFacts, KeyState, KeyUnderTest } from '#scenario/parties/key-under-test.ts';
import {
  type ManualAction,
  type ManualActionRequest,
  type Operator,
  OperatorTimeout,
} from '#scenario/parties/operator.ts';
import { SentCommands } from '#scenario/parties/sent-commands.ts';
import type { CtapDevice } from '#transport/device.ts';
import { KeyConnection } from './key-connection.ts';
import type { Presence } from './presence.ts';
import type { PlannedKey } from './resolve-devices.ts';
import { TouchWatch } from './touch-watch.ts';

export interface RealKeyParts {
  key: PlannedKey;
  presence: Presence;
  operator: Operator;
  /** Time limit for each manual action, in milliseconds. */
  gestureTimeoutMs: number;
  open(address: string): Promise<CtapDevice>;
  elapsedMs: () => number;
  /** Called after the key was plugged in or unplugged. */
  onChange(): void;
}

/** Knows the PIN of the key, and reads the state of the key with it. */
export type KeyStateProvider = Pick<KeyUnderTest, 'resolvePin' | 'observe'>;

export class RealKey implements KeyUnderTest {
  readonly facts: KeyFacts;
  readonly kind = 'security-key';
  readonly connection: KeyConnection;
  readonly #parts: RealKeyParts;
  readonly #touches = new TouchWatch();
  readonly #sent = new SentCommands();
  #stateProvider: KeyStateProvider | undefined;

  constructor(parts: RealKeyParts) {
    const { selector, label, aaguid } = parts.key;
    this.facts = { id: selector, label, aaguid };
    this.#parts = parts;
    this.connection = new KeyConnection({
      ...parts,
      onSent: (name) => this.#sent.notify(name),
      watch: (device) => this.#touches.watch(device),
    });
  }

  get available(): AvailableAuthenticator | undefined {
    return this.connection.available;
  }

  get connected(): boolean {
    return this.available !== undefined;
  }

  get wire(): readonly WireExchange[] {
    return this.connection.wire;
  }

  /** @throws {TransportError} if the key cannot be opened. */
  open(): Promise<void> {
    return this.connection.open(this.#parts.key.address);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.connected) return;
    const { presence } = this.#parts;
    await this.connection.open(await this.#perform('plug-in', (stop) => presence.whenConnected(stop), signal));
  }

  async disconnect(signal: AbortSignal): Promise<void> {
    this.connection.expectRemoval();
    const { presence } = this.#parts;
    await this.#perform('unplug', (stop) => presence.whenDisconnected(this.connection.rawDevice, stop), signal);
    await this.close();
  }

  async powerCycle(signal: AbortSignal): Promise<void> {
    this.connection.expectRemoval();
    const { presence } = this.#parts;
    const unpluggedAndBack = async (stop: AbortSignal) => {
      await presence.whenDisconnected(this.connection.rawDevice, stop);
      await this.close();
      return await presence.whenConnected(stop);
    };
    await this.connection.open(await this.#perform('power-cycle', unpluggedAndBack, signal));
  }

  whenTouchRequested(signal: AbortSignal): Promise<void> {
    return this.#touches.whenTouchRequested(signal);
  }

  /** @throws {OperatorTimeout} also if the key ends the command before the time limit of the operator. */
  async touch(signal: AbortSignal): Promise<void> {
    const outcome = this.#touches.takeRequest();
    if (!outcome) return;
    const touched = async () => {
      if ((await outcome) === 'timed-out') throw new OperatorTimeout(this.#request('touch'));
    };
    await this.#perform('touch', touched, signal);
  }

  /** A key has no button to deny a request, so the operator does not touch it until it times out. */
  async deny(signal: AbortSignal): Promise<void> {
    const outcome = this.#touches.takeRequest();
    if (outcome) await this.#perform('keep-away', () => outcome, signal);
  }

  whenSent(command: WireCommand, signal: AbortSignal): Promise<void> {
    return this.#sent.waitFor(command, signal);
  }

  setStateProvider(provider: KeyStateProvider): void {
    this.#stateProvider = provider;
  }

  resolvePin(text: string, prompt: PinPrompt['kind']): string {
    return this.#stateProvider?.resolvePin(text, prompt) ?? text;
  }

  inspect(): undefined {
    return undefined;
  }

  async observe(): Promise<Partial<KeyState>> {
    return (await this.#stateProvider?.observe()) ?? {};
  }

  /** Requests `action` from the operator and waits until `detect` has seen its effect on the key. */
  async #perform<T>(
    action: ManualAction,
    detect: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    using detection = new LinkedAbort(signal);
    const detected = detect(detection.signal);
    detected.catch(() => undefined); // awaited below; the operator may fail first
    await this.#parts.operator.perform(this.#request(action), detected, signal);
    return await detected;
  }

  #request(action: ManualAction): ManualActionRequest {
    const { key, gestureTimeoutMs } = this.#parts;
    const { label, address, serial } = key;
    return { action, key: { label, address, serial }, timeoutMs: gestureTimeoutMs };
  }
}
