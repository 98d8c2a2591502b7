/** What every part of the portal works with: the seams, the store, the log and the policy in force. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Policy } from './config.ts';
import type { ScryptParameters } from './crypto.ts';
import type { EventLog } from './events.ts';
import type { Store } from './store/store.ts';
import type { Certificate } from './verification/certificate.ts';

export interface PartyContext {
  store: Store;
  clock: Clock;
  random: Random;
  events: EventLog;
  rpId: string;
  rpName: string;
  /** The one origin registrations may come from, known once the server listens. */
  origin(): string;
  /** The policy in force; an administrator may change it at any time. */
  policy(): Promise<Policy>;
  /** Roots whose attestation is trusted. */
  trustAnchors: readonly Certificate[];
  passwordCost: ScryptParameters;
}
