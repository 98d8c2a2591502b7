/**
 * The authenticators of a case as the steps use them: what a user can do with a key, and what can be read from it. Implemented for
 * the emulator, which acts at once, and for real keys, where an operator has to act.
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
  credentials: readonly KeyCredential[];
}

interface KeyCredential {
  credentialId: Uint8Array;
  rpId: string;
  discoverable: boolean;
  /** The names of the account and whether the system hides it; only an emulated authenticator reports them. */
  userName?: string | undefined;
  userDisplayName?: string | undefined;
  hidden?: boolean | undefined;
}

/** Facts about the model, which a scenario reads as `${persona.…}`. */
export interface KeyFacts {
  id: string;
  label: string;
  aaguid: string;
}

export interface KeyUnderTest {
  readonly facts: KeyFacts;
  readonly kind: AuthenticatorChoice['kind'];
  readonly connected: boolean;
  /** Plugs the key in; resolves when the system has detected it. */
  connect(signal: AbortSignal): Promise<void>;
  /** Unplugs the key: a running command ends with a transport error, and volatile state is lost. */
  disconnect(signal: AbortSignal): Promise<void>;
  powerCycle(signal: AbortSignal): Promise<void>;
  /** Waits until the key requests a touch. */
  whenTouchRequested(signal: AbortSignal): Promise<void>;
  /** Touches the key; resolves when the key has detected it. */
  touch(signal: AbortSignal): Promise<void>;
  deny(signal: AbortSignal): Promise<void>;
  /** Returns the PIN to type for the PIN in the scenario; a real key has another PIN. */
  resolvePin(text: string, prompt: PinPrompt['kind']): string;
  /** Waits until the next such command is sent to the key. */
  whenSent(command: WireCommand, signal: AbortSignal): Promise<void>;
  /** Returns the state inside the authenticator; undefined for a real key. */
  inspect(): KeyState | undefined;
  /** Returns the state that the key reports through commands that do not change it. A part that it does not report is undefined. */
  observe(): Promise<Partial<KeyState>>;
}

export interface Authenticators extends AsyncDisposable {
  /** The security key. */
  key: KeyUnderTest;
  /** The security key, and the platform authenticator if the case has one. */
  all: readonly KeyUnderTest[];
  /** The authenticators that the client finds on this machine. */
  source: AuthenticatorSource;
  /** Root certificates of their attestation, DER. */
  trustAnchors: Uint8Array[];
  /** All exchanges with the security key so far. */
  wire(): readonly WireExchange[];
  /** Why expectations about exchanges, and about what follows from the model of the key, cannot be checked; absent if they can. */
  notObservable?: { exchanges: string; model: string };
  /** Values to mask in reports: the PINs of real keys. */
  secrets: readonly string[];
  /** Returns why the case has no result about the key; undefined if it has one. */
  blockingReason(): BlockingReason | undefined;
  /** Aborts as soon as there is a blocking reason, because the steps cannot succeed then. */
  failureSignal: AbortSignal;
  /** Deletes the credentials that the case created on a real key, after all parties were observed. Returns what was deleted and what stays. */
  cleanUp(): Promise<readonly Omit<PartyEvent, 'atMs'>[]>;
}

/** `refused`: the owner of the key has not permitted a command. `gone`: the key was unplugged although no step asked for it. */
export interface BlockingReason {
  kind: 'refused' | 'gone';
  why: string;
}

/** The parts of a case that its authenticators use. */
interface CaseEnvironment {
  clock: Clock;
  random: Random;
  /** Time since the case began, for the recorded exchanges. */
  elapsedMs: () => number;
  /** Performs manual actions on real keys. */
  operator: Operator;
}

/** Provides the authenticators that the case defines under `authenticator` and `this-device`. */
export type ProvideAuthenticators = (scenario: ExpandedCase, environment: CaseEnvironment) => Promise<Authenticators>;
