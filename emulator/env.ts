/** What a command can use: clock, randomness and gestures, the persona, the state, and the hooks of deliberate defects. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { FaultHooks } from './fault-hooks.ts';
import type { GestureSource } from './gestures.ts';
import type { Persona } from './personas/persona.ts';
import type { PinUvAuth } from './pin-uv-state.ts';
import type { State } from './state.ts';

export interface AuthenticatorEnv {
  readonly persona: Persona;
  readonly clock: Clock;
  readonly random: Random;
  readonly gestures: GestureSource;
  readonly faultHooks: FaultHooks;
  readonly state: State;
  readonly pinUvAuth: PinUvAuth;
  /** Makes changes of the persistent state durable. Does nothing if the state is not stored. */
  commit(): void;
  /** Closes the store of the state. */
  close(): void;
}
