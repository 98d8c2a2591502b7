/** An emulated authenticator in a test: a security key, or the platform authenticator of the computer. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { messageOf, UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import type { AvailableAuthenticator } from '#client/context.ts';
import {
  type AttestationChoice,
  type Authenticator,
  type AuthenticatorOptions,
  type AuthenticatorStateJson,
  createAuthenticator,
  type DefectId,
  findOptionProblems,
  type Persona,
  type PersonaId,
  type PluggedDevice,
  personaOf,
  plugIn,
} from '#emulator';
import type { WireExchange } from '#result/transcript.ts';
import { capture } from '#transport/capture.ts';
import type { ActivityLog } from './activity-log.ts';
import { platformPasskeys } from './platform-passkeys.ts';
import { encodeId, type RegisteredPasskey } from './registered-passkey.ts';
import { type TouchPolicy, UserGestures } from './user-gestures.ts';

/** The model of a key, what differs from it, and the user who touches it. */
export interface SecurityKeyOptions {
  /** The model; `touchstone personas` lists them. A model that is built into a computer is the platform authenticator. Default: `yubikey-5-nfc`. */
  persona?: PersonaId;
  /** The PIN that is set; `null`: the key has no PIN yet. Default: `123456` if the model has PINs. */
  pin?: string | null;
  /** When the user touches the key. Default: `auto`, at once. */
  touch?: TouchPolicy;
  /** `touchstone defects` lists them. */
  defects?: readonly DefectId[];
  /** Format and chain of the attestation. Default: as the model. */
  attestation?: AttestationChoice;
  /** Names of COSE algorithms, the preferred first, e.g. `['EdDSA', 'ES256']`. Default: as the model. */
  algorithms?: AuthenticatorOptions['algorithms'];
  /** Number of enrolled fingerprints, for a model that reads them. Default: 1. */
  fingerprints?: number;
  /** Maximum number of passkeys. */
  credentialCapacity?: number;
  /** Makes keys and ids reproducible. */
  seed?: string;
  /** What `exportState` returned, or the path of a file that `saveState` wrote: the key has its credentials, PIN and counters. */
  state?: string | AuthenticatorStateJson;
}

/** A passkey that is stored on the key. Ids are base64url. */
export interface StoredPasskey {
  /** RP ID of the site. */
  rpId: string;
  /** User handle, base64url. */
  userId: string;
  userName: string | undefined;
  userDisplayName: string | undefined;
  credentialId: string;
}

const defaultPersona: PersonaId = 'yubikey-5-nfc';
const defaultPin = '123456';

export interface KeyEnvironment {
  /** Unique among the keys of a test. */
  id: string;
  log: ActivityLog;
  elapsedMs: () => number;
  onPlugChange: () => void;
}

/** An emulated authenticator: a security key, or the platform authenticator of the computer. */
export class SecurityKey {
  /** Every exchange of CTAP messages so far. */
  readonly transcript: WireExchange[] = [];
  /** The PIN that the user types; undefined if the key has none, or if the PIN is unknown. */
  pin: string | undefined;
  /** @internal */
  readonly available: AvailableAuthenticator;
  /** @internal */
  readonly log: ActivityLog;
  readonly #authenticator: Authenticator;
  readonly #plug: PluggedDevice;
  readonly #gestures: UserGestures;
  readonly #onPlugChange: () => void;
  readonly #registered = new Set<string>();

  /**
   * @internal The fixture `securityKey`, `attachAuthenticator` and `addKey` create keys.
   * @throws {UsageError} for an unknown persona or defect, a setting that the model does not support, and a state that cannot be used.
   */
  constructor(options: SecurityKeyOptions, { id, log, elapsedMs, onPlugChange }: KeyEnvironment) {
    const { touch = 'auto', pin, seed, state, persona, ...settings } = options;
    const importedState = typeof state === 'string' ? readStateFile(state) : state;
    const model = personaOf((persona ?? importedState?.persona ?? defaultPersona) as PersonaId);
    // A state has its own PIN; the user can type it only if the options contain it.
    this.pin = pin === undefined ? defaultPinOf(model) : (pin ?? undefined);
    this.#gestures = new UserGestures(touch, systemClock);
    this.#authenticator = createAuthenticator({
      ...settings,
      persona: model,
      gestures: this.#gestures,
      random: seed === undefined ? systemRandom : seededRandom(seed),
      importedState,
      pin: importedState ? undefined : this.pin,
    });
    const isPlatform = model.transports.every((transport) => transport === 'internal');
    this.#plug = plugIn(this.#authenticator, { address: id, ...(isPlatform && { transport: 'internal' }) });
    this.log = log;
    this.#onPlugChange = onPlugChange;
    this.available = {
      id,
      kind: isPlatform ? 'this-device' : 'security-key',
      label: model.label,
      device: capture(this.#plug, { elapsedMs, record: (exchange) => this.transcript.push(exchange) }),
    };
    if (isPlatform) Object.assign(this.available, platformPasskeys(this.#authenticator));
  }

  /** Id of the model, e.g. `yubikey-5-nfc`. */
  get persona(): string {
    return this.#authenticator.persona.id;
  }

  /** Whether the key is connected. */
  get isPluggedIn(): boolean {
    return this.#plug.plugged;
  }

  /** The passkeys that pages have registered on this key since it was attached, also those that are not discoverable. */
  get registrations(): RegisteredPasskey[] {
    return this.log.registrations.filter((passkey) => this.#registered.has(passkey.credentialId));
  }

  /** The discoverable passkeys on the key, the oldest first. */
  credentials(): StoredPasskey[] {
    return this.#authenticator
      .inspect()
      .credentials.map(({ rpId, userId, userName, userDisplayName, credentialId }) => ({
        rpId,
        userId: encodeId(userId),
        userName,
        userDisplayName,
        credentialId: encodeId(credentialId),
      }));
  }

  /** PIN state and counters. */
  inspect(): { pin: 'unset' | 'set' | 'blocked'; pinRetries: number; uvRetries: number } {
    const { pin, pinRetries, uvRetries } = this.#authenticator.inspect();
    return { pin, pinRetries, uvRetries };
  }

  /** Returns the persistent state of the key, private keys included, as JSON for the option `state`. */
  exportState(): AuthenticatorStateJson {
    return this.#authenticator.exportState();
  }

  /** Writes the state to a file for the option `state`, as `storageState` does for cookies. */
  saveState({ path }: { path: string }): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(this.exportState(), null, 2)}\n`);
  }

  /** When the user touches the key from now on. */
  set touchPolicy(policy: TouchPolicy) {
    this.#gestures.policy = policy;
  }

  /** Touches the key now, or at its next request. @throws {UsageError} unless the touch policy is `manual`. */
  touch(): void {
    this.#gestures.answer('granted');
  }

  /** Declines the gesture at the key. @throws {UsageError} as `touch`. */
  deny(): void {
    this.#gestures.answer('denied');
  }

  /** Puts a finger on the sensor that is not enrolled. @throws {UsageError} as `touch`. */
  wrongFinger(): void {
    this.#gestures.answer('no-match');
  }

  /** Disconnects the key: a ceremony that uses it asks for a key again. The passkeys stay on the key. */
  unplug(): void {
    this.#plug.unplug();
    this.#onPlugChange();
  }

  /** Connects the key again. */
  plugIn(): void {
    this.#plug.replug();
    this.#onPlugChange();
  }

  /** Records that the key has answered a registration with this credential id. @internal */
  addRegistration(credentialId: string): void {
    this.#registered.add(credentialId);
  }

  /** Returns whether the key has the discoverable credential. @internal */
  stores(credentialId: string): boolean {
    return this.credentials().some((passkey) => passkey.credentialId === credentialId);
  }

  /** @internal */
  [Symbol.dispose](): void {
    this.#plug.unplug();
    this.#authenticator[Symbol.dispose]();
  }
}

function defaultPinOf(persona: Persona): string | undefined {
  const problems = findOptionProblems({ persona, pin: defaultPin });
  return problems.some(({ option }) => option === 'pin') ? undefined : defaultPin;
}

function readStateFile(path: string): AuthenticatorStateJson {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as AuthenticatorStateJson;
  } catch (cause) {
    const advice = 'Write it first, for example with securityKey.saveState({ path }) in a set-up project';
    throw new UsageError(`Cannot read the state of the security key from ${path}: ${messageOf(cause)}. ${advice}`, {
      cause,
    });
  }
}
