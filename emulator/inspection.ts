/** The part of an authenticator's state that its owner can see: no secrets. */
import { hasClientPin } from './commands/protection.ts';
import type { AuthenticatorEnv } from './env.ts';

/** The visible state of an authenticator, without secrets. */
export interface Inspection {
  pin: 'unset' | 'set' | 'blocked';
  pinRetries: number;
  uvRetries: number;
  /** True after three consecutive wrong PINs: PIN use is blocked until the next power cycle. */
  needsPowerCycle: boolean;
  /** Discoverable credentials, the oldest first. Other credentials exist only as ids stored by relying parties. */
  credentials: InspectedCredential[];
  signCounter: number;
  /** Enrolled fingerprints, for a persona with bio enrollment. */
  fingerprints: { templateId: Uint8Array; friendlyName: string | undefined }[];
}

/** A discoverable credential without its secrets. */
export interface InspectedCredential {
  rpId: string;
  userId: Uint8Array;
  userName: string | undefined;
  userDisplayName: string | undefined;
  credentialId: Uint8Array;
  discoverable: boolean;
  /** Whether the system has hidden it, so that it is not used. */
  hidden: boolean;
}

/** Returns a copy of the visible state. */
export function inspect(env: AuthenticatorEnv): Inspection {
  const { persistent } = env.state;
  return {
    pin: persistent.pinRetries === 0 ? 'blocked' : hasClientPin(env) ? 'set' : 'unset',
    pinRetries: persistent.pinRetries,
    uvRetries: persistent.uvRetries,
    needsPowerCycle: env.pinUvAuth.needsPowerCycle,
    credentials: persistent.credentials.all().map(({ rpId, user, id, discoverable, hidden = false }) => ({
      rpId,
      userId: user.id.slice(),
      userName: user.name,
      userDisplayName: user.displayName,
      credentialId: id.slice(),
      discoverable,
      hidden,
    })),
    signCounter: persistent.signCount,
    fingerprints: persistent.fingerprints.map(({ id, friendlyName }) => ({ templateId: id.slice(), friendlyName })),
  };
}
