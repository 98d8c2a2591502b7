/**
 * A key that belongs to somebody, as a case has it under test. What hands have to do is asked of the operator; every command
 * passes the guard before it is recorded, so that what was refused is provably not on the wire.
 */
import type { AvailableAuthenticator } from '#client/context.ts';
import type { PinPrompt } from '#client/user-interaction.ts';
import { TransportError } from '#protocol/errors.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { WireCommand } from '#scenario/language/schema/wire.ts';
import type { KeyFacts, KeyState, KeyUnderTest } from '#scenario/parties/key-under-test.ts';
import { type Handling, type HandlingRequest, NobodyActed, type Operator } from '#scenario/parties/operator.ts';
import { SentCommands } from '#scenario/parties/sent-commands.ts';
import { capture } from '#transport/capture.ts';
import { type CtapDevice, decorated } from '#transport/device.ts';
import { type GuardedDevice, guard } from '#transport/guarded-device.ts';
import type { Presence } from './presence.ts';
import type { PlannedKey } from './resolve-devices.ts';
import { TouchWatch } from './touch-watch.ts';

export interface RealKeyParts {
  key: PlannedKey;
  presence: Presence;
  operator: Operator;
  /** How long somebody has for each thing that is asked of them. */
  patienceMs: number;
  open(address: string): Promise<CtapDevice>;
  elapsedMs: () => number;
  /** Called after every plugging and unplugging. */
  onChange(): void;
}

/** Who knows the key's PIN, and looks at the key with it. */
export interface Knowledge {
  pinMeant: KeyUnderTest['pinMeant'];
  observe: KeyUnderTest['observe'];
}

/** One plugging of the key. */
interface Plugged {
  /** To ask whether it is still there, past everything that watches. */
  bare: CtapDevice;
  available: AvailableAuthenticator;
}

export class RealKey implements KeyUnderTest {
  readonly facts: KeyFacts;
  readonly kind = 'security-key';
  /** What the case sent; what the harness itself asks for is not in it. */
  readonly wire: WireExchange[] = [];
  readonly #parts: RealKeyParts;
  readonly #touches = new TouchWatch();
  readonly #sent = new SentCommands();
  readonly #guards: GuardedDevice[] = [];
  #plugged: Plugged | undefined;
  #knowledge: Knowledge | undefined;
  /** Aborts what is under way. */
  #ending = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Somebody was asked to pull it, or the case is over. */
  #mayGo = false;
  #pulledDuring: string | undefined;
  readonly #trouble = new AbortController();
  #recording = true;

  constructor(parts: RealKeyParts) {
    const { which, label, aaguid } = parts.key;
    this.facts = { id: which, label, aaguid };
    this.#parts = parts;
  }

  get available(): AvailableAuthenticator | undefined {
    return this.#plugged?.available;
  }

  get connected(): boolean {
    return this.#plugged !== undefined;
  }

  /** The guarded way to the key, while it is plugged in. */
  get device(): CtapDevice | undefined {
    return this.#plugged?.available.device;
  }

  /** Credentials that were made since the case began, without those that were taken away again. */
  get made(): GuardedDevice['made'] {
    return this.#guards.at(-1)?.made ?? [];
  }

  get refusals(): readonly string[] {
    return this.#guards.flatMap(({ refusals }) => refusals);
  }

  /** The command during which the key was pulled without anybody having been asked to. */
  get pulledDuring(): string | undefined {
    return this.#pulledDuring;
  }

  /** Aborts when it was pulled like that, or when something was refused. */
  get trouble(): AbortSignal {
    return this.#trouble.signal;
  }

  /** @throws {TransportError} when it cannot be opened. */
  async open(address = this.#parts.key.address): Promise<void> {
    const { key, open, elapsedMs, onChange } = this.#parts;
    const bare = await open(address);
    const recorded = capture(bare, {
      elapsedMs,
      record: (exchange) => this.#recording && this.wire.push(exchange),
      onSent: (name) => this.#sent.tell(name),
    });
    const guarded = guard(recorded, key.permit, this.#guards.at(-1));
    this.#guards.push(guarded);
    const device = this.#noticingRemoval(this.#touches.over(guarded));
    this.#plugged = { bare, available: { id: key.id, kind: this.kind, label: key.label, device } };
    this.#mayGo = false;
    onChange();
  }

  async close(): Promise<void> {
    this.#mayGo = true;
    const plugged = this.#plugged;
    this.#plugged = undefined;
    this.#parts.onChange();
    await this.settle();
    await plugged?.bare[Symbol.asyncDispose]();
  }

  /** Cancels what is under way, so that the key is free. */
  async settle(): Promise<void> {
    this.#ending.abort(new Error('the case is over'));
    this.#ending = new AbortController();
    await Promise.allSettled(this.#underWay);
  }

  /** Runs what the harness itself has to do at the key: it is not on the wire of the case. */
  async apart<T>(work: () => Promise<T>): Promise<T> {
    this.#recording = false;
    try {
      return await work();
    } finally {
      this.#recording = true;
    }
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.connected) return;
    await this.open(await this.#handled('plug-in', (over) => this.#parts.presence.whenThere(over), signal));
  }

  async disconnect(signal: AbortSignal): Promise<void> {
    this.#mayGo = true;
    await this.#handled('unplug', (over) => this.#parts.presence.whenGone(this.#plugged?.bare, over), signal);
    await this.close();
  }

  async powerCycle(signal: AbortSignal): Promise<void> {
    this.#mayGo = true;
    const { presence } = this.#parts;
    const goneAndBack = async (over: AbortSignal) => {
      await presence.whenGone(this.#plugged?.bare, over);
      await this.close();
      return await presence.whenThere(over);
    };
    await this.open(await this.#handled('power-cycle', goneAndBack, signal));
  }

  whenAsked(signal: AbortSignal): Promise<void> {
    return this.#touches.whenAsked(signal);
  }

  /** @throws {NobodyActed} also when the key loses patience first. */
  async touch(signal: AbortSignal): Promise<void> {
    const end = this.#touches.take();
    if (!end) return;
    const felt = async () => {
      if ((await end) === 'given-up') throw new NobodyActed(this.#request('touch'));
    };
    await this.#handled('touch', felt, signal);
  }

  /** A key has no button for that: nobody touches it until it gives up. */
  async deny(signal: AbortSignal): Promise<void> {
    const over = this.#touches.take();
    if (over) await this.#handled('keep-away', () => over, signal);
  }

  whenSent(command: WireCommand, signal: AbortSignal): Promise<void> {
    return this.#sent.when(command, signal);
  }

  known(by: Knowledge): void {
    this.#knowledge = by;
  }

  pinMeant(text: string, asked: PinPrompt['kind']): string {
    return this.#knowledge?.pinMeant(text, asked) ?? text;
  }

  inspect(): undefined {
    return undefined;
  }

  async observe(): Promise<Partial<KeyState>> {
    return (await this.#knowledge?.observe()) ?? {};
  }

  async #handled<T>(handling: Handling, work: (over: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const over = new AbortController();
    const done = work(AbortSignal.any([signal, over.signal]));
    done.catch(() => undefined);
    try {
      await this.#parts.operator.perform(this.#request(handling), done, signal);
      return await done;
    } finally {
      over.abort();
    }
  }

  #request(handling: Handling): HandlingRequest {
    const { key, patienceMs } = this.#parts;
    const { label, address, serial } = key;
    return { handling, key: { label, address, serial }, patienceMs };
  }

  /** `device`; when it goes although nobody was asked to pull it, the key is gone for the client, too. */
  #noticingRemoval(device: CtapDevice): CtapDevice {
    return decorated(device, async (message, options = {}) => {
      const signal = AbortSignal.any([this.#ending.signal, ...(options.signal ? [options.signal] : [])]);
      const answer = device.transact(message, { ...options, signal });
      this.#underWay.add(answer);
      try {
        return await answer;
      } catch (error) {
        if (error instanceof TransportError && error.kind === 'disconnected') this.#gone(error);
        if (this.refusals.length > 0) this.#trouble.abort(error);
        throw error;
      } finally {
        this.#underWay.delete(answer);
      }
    });
  }

  #gone(error: TransportError): void {
    if (!this.#mayGo) {
      this.#pulledDuring ??= `${this.wire.at(-1)?.command ?? 'a command'} (${error.message})`;
      this.#trouble.abort(error);
    }
    if (!this.connected) return;
    this.#plugged = undefined;
    this.#parts.onChange();
  }
}
