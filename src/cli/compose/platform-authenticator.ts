/** The emulated authenticator that is built into the computer (`this-device` in a scenario). */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { createAuthenticator, ManualGestures, type PersonaId, personas, plugIn } from '#emulator';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { EmulatedKey } from './emulated-key.ts';

export interface KeyEnvironment {
  clock: Clock;
  random: Random;
  /** Milliseconds since the start of the case. */
  elapsedMs: () => number;
  /** Called after an authenticator was connected or disconnected. */
  onChange: () => void;
}

/** Returns the platform authenticator of the case, or no authenticator if the case has none. */
export const createPlatformAuthenticators = (
  { thisDevice: named }: ExpandedCase,
  environment: KeyEnvironment,
): EmulatedKey[] => (named ? [createPlatformAuthenticator(named.persona as PersonaId, environment)] : []);

function createPlatformAuthenticator(
  persona: PersonaId,
  { clock, random, elapsedMs, onChange }: KeyEnvironment,
): EmulatedKey {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona, clock, random, gestures });
  return new EmulatedKey({
    facts: factsOf(persona),
    kind: 'this-device',
    device: plugIn(authenticator, { transport: 'internal' }),
    gestures,
    inspect: () => authenticator.inspect(),
    connected: true,
    managedCredentials: authenticator.managedCredentials,
    createsWithoutPresence: authenticator.persona.createsWithoutPresence,
    onChange,
    elapsedMs,
  });
}

/** Returns the facts that scenarios can use as `${persona.…}`. */
export function factsOf(persona: PersonaId) {
  const { id, label, aaguid } = personas[persona];
  return { id, label, aaguid };
}
