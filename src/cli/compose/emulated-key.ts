/** An emulated key as the key under test of a case. Written against interfaces; the emulator is passed in. */
import type { AvailableAuthenticator, ManagedPasskey, ManagedPasskeys } from '#client/context.ts';
import type { WireExchange } from '#result/transcript.ts';
import type { WireCommand } from '#scenario/language/schema/wire.ts';
import type { KeyFacts, KeyState, KeyUnderTest } from '#scenario/parties/key-under-test.ts';
import { SentCommands } from '#scenario/parties/sent-commands.ts';
import { type CaptureOptions, capture } from '#transport/capture.ts';
import type { CtapDevice } from '#transport/device.ts';

/** An emulated key also shows the accounts of its credentials. */
interface EmulatedKeyState extends KeyState {
  credentials: readonly (KeyState['credentials'][number] & {
    userId: Uint8Array;
    userName: string | undefined;
    userDisplayName: string | undefined;
    hidden: boolean;
  })[];
}

/** What a system can do with the credentials of an authenticator that is built into it. */
interface ManagedCredentials {
  remove(credentialId: Uint8Array): void;
  setHidden(credentialId: Uint8Array, hidden: boolean): void;
  rename(credentialId: Uint8Array, user: { name: string; displayName: string }): void;
}

export interface EmulatedKeyParts {
  facts: KeyFacts;
  kind: AvailableAuthenticator['kind'];
  device: CtapDevice & { unplug(): void; replug(): void; powerCycle(): void };
  gestures: { whenAsked(signal: AbortSignal): Promise<unknown>; touch(): void; deny(): void };
  inspect(): EmulatedKeyState;
  /** Whether the key is plugged in at the start of the case. */
  connected: boolean;
  /** Present for an authenticator whose credentials the system manages. */
  managedCredentials?: ManagedCredentials | undefined;
  /** Whether it is a credential manager that creates passkeys without a gesture (conditional create). */
  createsWithoutPresence?: boolean | undefined;
  /** Called after the key was plugged in or unplugged; resolves when the operating system has noticed. */
  onChange(): void | Promise<void>;
  /** Milliseconds since the start of the case. */
  elapsedMs: CaptureOptions['elapsedMs'];
}

export class EmulatedKey implements KeyUnderTest {
  readonly facts: KeyFacts;
  readonly kind: AvailableAuthenticator['kind'];
  readonly wire: WireExchange[] = [];
  readonly #parts: EmulatedKeyParts;
  readonly #sent = new SentCommands();
  /** What the client finds; a new object after every plugging in, as from an operating system. */
  #available: AvailableAuthenticator | undefined;

  constructor(parts: EmulatedKeyParts) {
    this.facts = parts.facts;
    this.kind = parts.kind;
    this.#parts = parts;
    if (parts.connected) this.#available = this.#enumerate();
    else parts.device.unplug();
  }

  get available(): AvailableAuthenticator | undefined {
    return this.#available;
  }

  get connected(): boolean {
    return this.#available !== undefined;
  }

  async connect(): Promise<void> {
    if (this.connected) return;
    this.#parts.device.replug();
    this.#available = this.#enumerate();
    await this.#parts.onChange();
  }

  async disconnect(): Promise<void> {
    this.#parts.device.unplug();
    this.#available = undefined;
    await this.#parts.onChange();
  }

  async powerCycle(): Promise<void> {
    this.#parts.device.powerCycle();
  }

  async whenTouchRequested(signal: AbortSignal): Promise<void> {
    await this.#parts.gestures.whenAsked(signal);
  }

  async touch(): Promise<void> {
    this.#parts.gestures.touch();
  }

  async deny(): Promise<void> {
    this.#parts.gestures.deny();
  }

  whenSent(command: WireCommand, signal: AbortSignal): Promise<void> {
    return this.#sent.waitFor(command, signal);
  }

  /** An emulated key has the PIN of the scenario. */
  resolvePin(text: string): string {
    return text;
  }

  inspect(): KeyState {
    return this.#parts.inspect();
  }

  async observe(): Promise<KeyState> {
    return this.inspect();
  }

  #enumerate(): AvailableAuthenticator {
    const { facts, kind, device, elapsedMs } = this.#parts;
    const recorded = capture(device, {
      elapsedMs,
      record: (exchange) => this.wire.push(exchange),
      onSent: (name) => this.#sent.notify(name),
    });
    const available = { id: facts.id, kind, label: facts.label, device: recorded };
    const { managedCredentials, createsWithoutPresence } = this.#parts;
    if (!managedCredentials) return available;
    return {
      ...available,
      createsWithoutPresence,
      discoverCredentials: async (rpId) => this.#passkeysOf(rpId).filter(({ hidden }) => !hidden),
      passkeys: this.#managePasskeys(managedCredentials),
    };
  }

  #managePasskeys(credentials: ManagedCredentials): ManagedPasskeys {
    return {
      list: async (rpId) => this.#passkeysOf(rpId),
      remove: async (id) => credentials.remove(id),
      setHidden: async (id, hidden) => credentials.setHidden(id, hidden),
      rename: async (id, user) => credentials.rename(id, user),
    };
  }

  /** The system lists the passkeys of this device without a gesture. */
  #passkeysOf(ofRpId: string): ManagedPasskey[] {
    return this.#parts
      .inspect()
      .credentials.flatMap(({ rpId, userName: name = '', userDisplayName: displayName = '', ...passkey }) =>
        rpId === ofRpId ? [{ ...passkey, name, displayName }] : [],
      );
  }
}
