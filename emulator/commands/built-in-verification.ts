/** Verification of the user by the authenticator itself, for example with a fingerprint: CTAP 2.1 sections 6.5.2.2 and 6.5.3.1. */
import type { AuthenticatorEnv } from '../env.ts';
import type { Persona } from '../personas/persona.ts';
import type { Session } from '../session.ts';
import { awaitGesture } from '../user-presence.ts';
import { hasClientPin } from './protection.ts';

/** Each command has its own status for each of them. */
export type BuiltInUvFailure = 'timeout' | 'denied' | 'invalid' | 'blocked';

/** Section 6.5.2.2, maxUvAttemptsForInternalRetries: at most 5. */
const maxInternalAttempts = 5;

/** Attempts left. Once the PIN is blocked, built-in user verification is, too (section 6.5.2.2). */
export const uvRetriesLeft = (env: AuthenticatorEnv): number =>
  hasClientPin(env) && env.state.persistent.pinRetries === 0 ? 0 : env.state.persistent.uvRetries;

/** Section 6.4, preferredPlatformUvAttempts: if it is 1 then all attempts are internal, otherwise the platform may try again. */
export const platformMayRetry = ({ builtInUv }: Persona): boolean => (builtInUv?.attempts ?? 0) > 1;

interface BuiltInUvOptions {
  rpId: string | undefined;
  /** Whether the user may try again within the command. */
  internalRetry: boolean;
}

/** performBuiltInUv(internalRetry), section 6.5.3.1. */
export async function performBuiltInUv(
  { rpId, internalRetry }: BuiltInUvOptions,
  session: Session,
  env: AuthenticatorEnv,
): Promise<'verified' | BuiltInUvFailure> {
  const { builtInUv } = env.persona;
  const { persistent } = env.state;
  for (let left = internalRetry ? internalAttempts(env.persona) : 1; left > 0; left--) {
    if (uvRetriesLeft(env) === 0) return 'blocked';
    const outcome = await awaitGesture({ kind: 'verification', rpId }, session, env);
    if (outcome === 'timeout' || outcome === 'denied') return outcome;
    persistent.uvRetries -= 1;
    env.commit();
    if (outcome === 'granted') {
      persistent.uvRetries = builtInUv?.maxUvRetries ?? 0;
      persistent.uvCountSinceLastPinEntry += 1;
      return 'verified';
    }
  }
  return uvRetriesLeft(env) === 0 ? 'blocked' : 'invalid';
}

function internalAttempts(persona: Persona): number {
  const { attempts = 0, maxUvRetries = 0 } = persona.builtInUv ?? {};
  return platformMayRetry(persona) ? attempts : Math.min(maxUvRetries, maxInternalAttempts);
}
