/** What an owner of the device could see of its state, without secrets. */
import { hasClientPin } from './commands/user-verification.ts';
import type { AuthenticatorEnv } from './env.ts';

/** What an owner of the device could see: no secrets. */
export interface Inspection {
  pin: 'unset' | 'set' | 'blocked';
  pinRetries: number;
  uvRetries: number;
  /** Three wrong PINs in a row: PIN use waits for a power cycle. */
  needsPowerCycle: boolean;
  /** Discoverable ones, the oldest first. The others exist only in the ids that relying parties keep. */
  credentials: InspectedCredential[];
  signCounter: number;
  /** Enrolled ones, on a model that manages them. */
  fingerprints: { templateId: Uint8Array; friendlyName: string | undefined }[];
}

/** A discoverable credential, as its owner could list it. */
export interface InspectedCredential {
  rpId: string;
  userName: string | undefined;
  credentialId: Uint8Array;
  discoverable: boolean;
}

export function inspect(env: AuthenticatorEnv): Inspection {
  const { persistent } = env.state;
  return {
    pin: persistent.pinRetries === 0 ? 'blocked' : hasClientPin(env) ? 'set' : 'unset',
    pinRetries: persistent.pinRetries,
    uvRetries: persistent.uvRetries,
    needsPowerCycle: env.pinUvAuth.needsPowerCycle,
    credentials: persistent.credentials.all().map(({ rpId, user, id, discoverable }) => ({
      rpId,
      userName: user.name,
      credentialId: id.slice(),
      discoverable,
    })),
    signCounter: persistent.signCount,
    fingerprints: persistent.fingerprints.map(({ id, friendlyName }) => ({ templateId: id.slice(), friendlyName })),
  };
}
