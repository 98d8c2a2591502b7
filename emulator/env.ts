/** What a command may touch: the world outside (clock, randomness, the person), the persona, the state, and the deliberate defects. */
import type { Clock, Random } from '#protocol/seams.ts';
import type { GestureSource } from './gestures.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { Persona } from './personas/persona.ts';
import type { PinUvAuth } from './pin-uv-state.ts';
import type { State } from './state.ts';

export interface AuthenticatorEnv {
  readonly persona: Persona;
  readonly clock: Clock;
  readonly random: Random;
  readonly gestures: GestureSource;
  readonly misbehaviour: Misbehaviour;
  readonly state: State;
  readonly pinUvAuth: PinUvAuth;
}

/** The two states an authenticator reports while it works. */
export type Keepalive = 'processing' | 'upneeded';

/** One command on its way: how the host cancels it, how the power goes, and how the host hears that it is still at work. */
export interface Session {
  /** Aborted by the host: the command ends with CTAP2_ERR_KEEPALIVE_CANCEL at the next wait. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when the power is cut: nothing of the command happens after that. */
  readonly power: AbortSignal;
  keepalive(state: Keepalive): void;
  /** Runs once the answer is out, unless the power is cut before. */
  afterAnswer(action: () => void): void;
}
