/** The context that every part of the relying party gets: clock, random, store, event log and the policy in force. */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Policy } from './config.ts';
import type { ScryptParameters } from './crypto.ts';
import type { EventLog } from './events.ts';
import type { MetadataBlob } from './metadata/blob.ts';
import type { Store } from './store/store.ts';
import type { Certificate } from './verification/certificate.ts';

export interface RelyingPartyContext {
  store: Store;
  clock: Clock;
  random: Random;
  events: EventLog;
  rpId: string;
  rpName: string;
  /** The only origin of registrations. It is known as soon as the server listens. */
  origin(): string;
  /** Host names and addresses that requests may be for. */
  hosts: readonly string[];
  /** Origin of a partner site that shows the pages in an inline frame; undefined: no page may show them. */
  embedder(): string | undefined;
  /** Origins that may use the RP ID although they are not of its site: the document of related origins (WebAuthn L3 section 5.11). */
  relatedOrigins(): readonly string[];
  /** The policy in force; an administrator may change it at any time. */
  policy(): Promise<Policy>;
  /** Root certificates that attestation certificates may lead to. */
  trustAnchors: readonly Certificate[];
  /** Returns the metadata of authenticator models; absent: none is used. */
  metadata?: (() => Promise<MetadataBlob>) | undefined;
  passwordCost: ScryptParameters;
}
