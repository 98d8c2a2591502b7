/** Which user verification is set up: a PIN, and verification by the authenticator itself. */
import type { AuthenticatorEnv } from '../env.ts';

export const hasClientPin = ({ persona, state }: AuthenticatorEnv): boolean =>
  persona.options.clientPin !== undefined && state.persistent.pin !== undefined;

export const hasBuiltInUv = ({ persona, state }: AuthenticatorEnv): boolean =>
  persona.builtInUv !== undefined && state.persistent.uvEnrolled;

/** Returns whether the authenticator is "protected by some form of user verification", CTAP 2.1 section 6.1.2. */
export const isProtected = (env: AuthenticatorEnv): boolean => hasClientPin(env) || hasBuiltInUv(env);
