/**
 * An emulated authenticator that stays the same during a conformance run, in this process or behind a transport. This process touches it
 * and turns its power off and on, and its clock does not need real time.
 */
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import type { CountingAuthenticator } from '#conformance/authenticator/plan/effort.ts';
import type { HidInterface, UserBehaviour } from '#conformance/authenticator/test-target.ts';
import { type Authenticator, createAuthenticator, type DefectId, type PersonaId } from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';
import { type EmulatedInterface, emulateHid } from './emulated-interfaces.ts';
import { interfacesOf } from './emulated-test-target.ts';
import { EmulatedUser } from './emulated-user.ts';
import { openPersonaLink, type PersonaConnection, type PersonaLink } from './persona-links.ts';

export interface ConnectedPersonaOptions {
  persona: string;
  defects?: readonly string[];
  over?: PersonaConnection;
  /** Makes the bytes of the authenticator reproducible. */
  seed?: string;
}

/**
 * Starts the authenticator and connects to it.
 * @throws {UsageError} for an unknown persona or defect; {TransportError} `unavailable` if the transport cannot be used on this machine.
 */
export async function connectPersona(options: ConnectedPersonaOptions): Promise<CountingAuthenticator> {
  const authenticator = new ConnectedPersona(options);
  await authenticator.connect();
  return authenticator;
}

class ConnectedPersona implements CountingAuthenticator {
  readonly name: string;
  readonly behaviours = ['touch', 'decline', 'absent', 'wait', 'wrong-finger'] as const;
  readonly caseLimitMs = 20_000;
  readonly openHid: (() => Promise<HidInterface>) | undefined;
  readonly #options: Required<ConnectedPersonaOptions>;
  readonly #clock = new AdjustableClock();
  readonly #user = new EmulatedUser();
  #authenticator: Authenticator;
  #link: PersonaLink | undefined;
  #device: CtapDevice | undefined;
  #hid: (HidInterface & EmulatedInterface) | undefined;
  #powerCycles = 0;
  #createdCount = 0;

  constructor({ persona, defects = [], over = 'in-process', seed = persona }: ConnectedPersonaOptions) {
    this.name = over === 'in-process' ? `persona ${persona}` : `persona ${persona} over ${over}`;
    this.#options = { persona, defects, over, seed };
    this.#authenticator = this.#create();
    if (over === 'in-process') this.openHid = async () => this.#openHid();
  }

  get interfaces() {
    const { over, persona } = this.#options;
    const u2f = this.device.transactU2f ? (['u2f'] as const) : [];
    return over === 'in-process' && interfacesOf(persona).includes('ctaphid') ? (['ctaphid', ...u2f] as const) : u2f;
  }

  get actions() {
    return { touches: this.#user.touches, powerCycles: this.#powerCycles };
  }

  get device(): CtapDevice {
    if (!this.#device) throw new TransportError('disconnected', `${this.name} is not connected`);
    return this.#device;
  }

  async connect(): Promise<void> {
    this.#link = await openPersonaLink[this.#options.over](() => this.#authenticator);
    try {
      this.#device = await this.#link.open();
    } catch (error) {
      await this.#link[Symbol.asyncDispose]();
      throw error;
    }
  }

  setUser(behaviour: UserBehaviour): void {
    this.#user.behaviour = behaviour;
  }

  async powerCycle(): Promise<void> {
    this.#powerCycles += 1;
    await this.#disconnect();
    this.#link?.powerCycle();
    this.#hid?.powerCycle();
    await this.reconnect();
  }

  async wait(ms: number): Promise<void> {
    this.#clock.advance(ms);
  }

  async reconnect(): Promise<void> {
    await this.#disconnect();
    this.#device = await this.#link?.open();
  }

  /** Replaces the authenticator by a new one of the same model, which has a fingerprint. */
  async setUpVerification(): Promise<void> {
    this.#authenticator = this.#create();
    await this.reconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disconnect();
    await this.#link?.[Symbol.asyncDispose]();
  }

  #create(): Authenticator {
    const { persona, defects, seed } = this.#options;
    return createAuthenticator({
      persona: persona as PersonaId,
      defects: defects as DefectId[],
      clock: this.#clock,
      random: seededRandom(`${seed} ${this.#createdCount++}`),
      gestures: this.#user,
    });
  }

  #openHid(): HidInterface {
    this.#hid = emulateHid(this.#authenticator, this.#clock, seededRandom(`${this.#options.seed} channels`));
    return this.#hid;
  }

  async #disconnect(): Promise<void> {
    const device = this.#device;
    this.#device = undefined;
    await device?.[Symbol.asyncDispose]();
  }
}
