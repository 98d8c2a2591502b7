/**
 * The connection between a case and a real key: opens the key, records and guards every command, and detects when the key is
 * unplugged. The guard comes before the recorder, so a refused command never appears in the recorded wire exchanges.
 */
import type { AvailableAuthenticator } from '#client/context.ts';
import { TransportError } from '#protocol/errors.ts';
import type { WireExchange } from '#result/transcript.ts';
import { capture } from '#transport/capture.ts';
import { type CtapDevice, type Transact, withTransact } from '#transport/device.ts';
import { type GuardedDevice, guard } from '#transport/guarded-device.ts';
import type { PlannedKey } from './resolve-devices.ts';

export interface KeyConnectionOptions {
  key: PlannedKey;
  open(address: string): Promise<CtapDevice>;
  elapsedMs: () => number;
  /** Called with the name of every command that is sent. */
  onSent(name: string): void;
  /** Called after the key was plugged in or unplugged. */
  onChange(): void;
  /** Wraps the guarded device, e.g. to detect touches. */
  watch(device: CtapDevice): CtapDevice;
}

/** The key while it is plugged in. */
interface OpenKey {
  /** The device without guard and recorder, to check whether the key is still there. */
  rawDevice: CtapDevice;
  available: AvailableAuthenticator;
}

export class KeyConnection {
  /** What the case sent, without the commands of the harness itself. */
  readonly wire: WireExchange[] = [];
  readonly #options: KeyConnectionOptions;
  readonly #guards: GuardedDevice[] = [];
  readonly #failure = new AbortController();
  readonly #pendingCommands = new Set<Promise<unknown>>();
  /** Aborts the pending commands. */
  #pending = new AbortController();
  #openKey: OpenKey | undefined;
  /** The user was asked to unplug the key, or the case is over. */
  #isRemovalExpected = false;
  #unpluggedDuring: string | undefined;
  #isRecording = true;

  constructor(options: KeyConnectionOptions) {
    this.#options = options;
  }

  /** What the client finds; undefined while the key is not plugged in. */
  get available(): AvailableAuthenticator | undefined {
    return this.#openKey?.available;
  }

  get rawDevice(): CtapDevice | undefined {
    return this.#openKey?.rawDevice;
  }

  /** Credentials that were created since the case began and have not been deleted. */
  get createdCredentials(): GuardedDevice['createdCredentials'] {
    return this.#guards.at(-1)?.createdCredentials ?? [];
  }

  /** Reasons of all commands that the guard refused. */
  get refusals(): readonly string[] {
    return this.#guards.flatMap(({ refusals }) => refusals);
  }

  /** The command during which the key was unplugged unexpectedly. */
  get unpluggedDuring(): string | undefined {
    return this.#unpluggedDuring;
  }

  /** Aborts when the key was unplugged unexpectedly, or when the guard refused a command. */
  get failureSignal(): AbortSignal {
    return this.#failure.signal;
  }

  /** @throws {TransportError} if the key cannot be opened. */
  async open(address: string): Promise<void> {
    const { key, open, elapsedMs, onSent, onChange, watch } = this.#options;
    const rawDevice = await open(address);
    const recorded = capture(rawDevice, {
      elapsedMs,
      record: (exchange) => this.#isRecording && this.wire.push(exchange),
      onSent,
    });
    const guarded = guard(recorded, key.policy, this.#guards.at(-1));
    this.#guards.push(guarded);
    const device = this.#detectRemoval(watch(guarded));
    this.#openKey = { rawDevice, available: { id: key.id, kind: 'security-key', label: key.label, device } };
    this.#isRemovalExpected = false;
    onChange();
  }

  /** Unplugging the key is not a failure from now on, until it is opened again. */
  expectRemoval(): void {
    this.#isRemovalExpected = true;
  }

  async close(): Promise<void> {
    this.expectRemoval();
    const openKey = this.#openKey;
    this.#openKey = undefined;
    this.#options.onChange();
    await this.cancelPending();
    await openKey?.rawDevice[Symbol.asyncDispose]();
  }

  /** Cancels all pending commands and waits until they have ended. */
  async cancelPending(): Promise<void> {
    this.#pending.abort(new Error('The case is over'));
    this.#pending = new AbortController();
    await Promise.allSettled(this.#pendingCommands);
  }

  /** Runs commands of the harness itself: they are not recorded. */
  async withoutRecording<T>(work: () => Promise<T>): Promise<T> {
    this.#isRecording = false;
    try {
      return await work();
    } finally {
      this.#isRecording = true;
    }
  }

  /** Returns `device` with removal detection: a key that is gone is gone for the client, too. */
  #detectRemoval(device: CtapDevice): CtapDevice {
    const detected =
      (send: Transact): Transact =>
      async (message, options = {}) => {
        const signal = AbortSignal.any([this.#pending.signal, ...(options.signal ? [options.signal] : [])]);
        const answer = send(message, { ...options, signal });
        this.#pendingCommands.add(answer);
        try {
          return await answer;
        } catch (error) {
          if (error instanceof TransportError && error.kind === 'disconnected') this.#onDisconnected(error);
          if (this.refusals.length > 0) this.#failure.abort(error);
          throw error;
        } finally {
          this.#pendingCommands.delete(answer);
        }
      };
    return withTransact(
      device,
      detected((message, options) => device.transact(message, options)),
      detected,
    );
  }

  #onDisconnected(error: TransportError): void {
    if (!this.#isRemovalExpected) {
      this.#unpluggedDuring ??= `${this.wire.at(-1)?.command ?? 'a command'} (${error.message})`;
      this.#failure.abort(error);
    }
    if (this.#openKey === undefined) return;
    this.#openKey = undefined;
    this.#options.onChange();
  }
}
