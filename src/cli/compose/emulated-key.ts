/** A key under test whose cable, touch and inside are in our hands. Written against ports, so that the composer alone knows the emulator. */
import type { AvailableAuthenticator } from '#client/context.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { WireCommand } from '#scenario/language/schema/wire.ts';
import type { KeyFacts, KeyState, KeyUnderTest } from '#scenario/parties/key-under-test.ts';
import { SentCommands } from '#scenario/parties/sent-commands.ts';
import { type CaptureOptions, capture } from '#transport/capture.ts';
import type { CtapDevice } from '#transport/device.ts';

/** What the emulator gives us. */
export interface EmulatedParts {
  facts: KeyFacts;
  kind: AvailableAuthenticator['kind'];
  cable: CtapDevice & { unplug(): void; replug(): void; powerCycle(): void };
  hands: { whenAsked(signal: AbortSignal): Promise<unknown>; touch(): void; deny(): void };
  look(): KeyState;
  connected: boolean;
  /** Called after every plugging and unplugging; it is done when the system knows. */
  onChange(): void | Promise<void>;
  elapsedMs: CaptureOptions['elapsedMs'];
}

export class EmulatedKey implements KeyUnderTest {
  readonly facts: KeyFacts;
  readonly kind: AvailableAuthenticator['kind'];
  readonly wire: WireExchange[] = [];
  readonly #parts: EmulatedParts;
  readonly #sent = new SentCommands();
  /** What the client finds; made anew with every plugging, as an operating system does. */
  #available: AvailableAuthenticator | undefined;

  constructor(parts: EmulatedParts) {
    this.facts = parts.facts;
    this.kind = parts.kind;
    this.#parts = parts;
    if (parts.connected) this.#available = this.#enumerate();
    else parts.cable.unplug();
  }

  get available(): AvailableAuthenticator | undefined {
    return this.#available;
  }

  get connected(): boolean {
    return this.#available !== undefined;
  }

  async connect(): Promise<void> {
    if (this.connected) return;
    this.#parts.cable.replug();
    this.#available = this.#enumerate();
    await this.#parts.onChange();
  }

  async disconnect(): Promise<void> {
    this.#parts.cable.unplug();
    this.#available = undefined;
    await this.#parts.onChange();
  }

  async powerCycle(): Promise<void> {
    this.#parts.cable.powerCycle();
  }

  async whenAsked(signal: AbortSignal): Promise<void> {
    await this.#parts.hands.whenAsked(signal);
  }

  async touch(): Promise<void> {
    this.#parts.hands.touch();
  }

  async deny(): Promise<void> {
    this.#parts.hands.deny();
  }

  whenSent(command: WireCommand, signal: AbortSignal): Promise<void> {
    return this.#sent.when(command, signal);
  }

  pinMeant(text: string): string {
    return text;
  }

  inspect(): KeyState {
    return this.#parts.look();
  }

  async observe(): Promise<KeyState> {
    return this.inspect();
  }

  #enumerate(): AvailableAuthenticator {
    const { facts, kind, cable, elapsedMs } = this.#parts;
    const device = capture(cable, {
      elapsedMs,
      record: (exchange) => this.wire.push(exchange),
      onSent: (name) => this.#sent.tell(name),
    });
    return { id: facts.id, kind, label: facts.label, device };
  }
}
