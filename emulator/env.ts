/** What a command may touch: the world outside (clock, randomness, the person), the persona, the state, and the deliberate defects. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Misbehaviour } from './fault-hooks.ts';
import type { GestureSource } from './gestures.ts';
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
  /** Makes durable what has changed in the persistent state, where it is kept at all. */
  commit(): void;
  /** Lets go of where it is kept. */
  close(): void;
}
