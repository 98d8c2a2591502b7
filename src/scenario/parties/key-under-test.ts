/**
 * The authenticators of a case as scenario steps see them: what a person can do to a key, and a look inside. The composer
 * implements this for the emulator, whose hands are quick, and for real keys, where somebody has to do it.
 */

import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { AuthenticatorSource } from '#client/context.ts';
import type { AuthenticatorChoice, PinPrompt } from '#client/user-interaction.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import type { WireCommand } from '../language/schema/wire.ts';
import type { Operator } from './operator.ts';

export interface KeyState {
  pin: 'set' | 'unset' | 'blocked';
  pinRetries: number;
  needsPowerCycle: boolean;
  credentials: readonly { credentialId: Uint8Array; rpId: string; discoverable: boolean }[];
}

/** Facts of the model, as `${persona.…}` names them. */
export interface KeyFacts {
  id: string;
  label: string;
  aaguid: string;
}

export interface KeyUnderTest {
  readonly facts: KeyFacts;
  readonly kind: AuthenticatorChoice['kind'];
  readonly connected: boolean;
  /** Plugs the key in, and resolves when the system has it. */
  connect(signal: AbortSignal): Promise<void>;
  /** Pulls the key: a running command ends with a transport error, volatile state is gone. */
  disconnect(signal: AbortSignal): Promise<void>;
  powerCycle(signal: AbortSignal): Promise<void>;
  /** Resolves when the key waits for a gesture. */
  whenAsked(signal: AbortSignal): Promise<void>;
  /** Resolves when the key has felt it. */
  touch(signal: AbortSignal): Promise<void>;
  deny(signal: AbortSignal): Promise<void>;
  /** What is typed where the scenario says this PIN: a real key has one of its own. */
  pinMeant(text: string, asked: PinPrompt['kind']): string;
  /** Resolves when the next such command is on its way to the key. */
  whenSent(command: WireCommand, signal: AbortSignal): Promise<void>;
  /** Undefined for a real key that cannot be looked into. */
  inspect(): KeyState | undefined;
  /** What the key tells of itself when asked, without being changed by it. What it does not tell is undefined. */
  observe(): Promise<Partial<KeyState>>;
}

export interface Authenticators extends AsyncDisposable {
  /** The security key. */
  key: KeyUnderTest;
  /** All of them, the one built into the device too. */
  all: readonly KeyUnderTest[];
  /** What the client finds on this machine. */
  source: AuthenticatorSource;
  /** Roots under which they attest, DER. */
  trustAnchors: Uint8Array[];
  /** Everything that went over the security key's wire so far. */
  wire(): readonly WireExchange[];
  /** What must not be shown: the PINs of real keys. */
  secrets: readonly string[];
  /** Why the case says nothing about the key, or undefined when it does. */
  obstacle(): KeyObstacle | undefined;
  /** Aborts when there is one: what the steps still wait for will not come. */
  trouble: AbortSignal;
  /** When all parties were looked at: takes away what the case left on a real key, and tells what was made and what stays. */
  tidy(): Promise<readonly Omit<PartyEvent, 'atMs'>[]>;
}

/** `refused`: something was not done because its owner has not allowed it. `gone`: the key was pulled, and nobody was asked to. */
export interface KeyObstacle {
  kind: 'refused' | 'gone';
  why: string;
}

interface AuthenticatorSeams {
  clock: Clock;
  random: Random;
  /** Dates the wire exchanges. */
  elapsedMs: () => number;
  /** Whose hands are at real keys. */
  operator: Operator;
}

/** Provides what the case names under `authenticator` and `this-device`. */
export type ProvideAuthenticators = (scenario: ExpandedCase, seams: AuthenticatorSeams) => Promise<Authenticators>;
