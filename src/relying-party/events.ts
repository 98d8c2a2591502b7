/** The portal's events: the table of stable event codes, and the event log. */
import type { Clock } from '#base/clock.ts';
import type { Timeline } from '#result/timeline.ts';
import type { PartyEvent } from '#result/transcript.ts';
import type { EventRecord, Store } from './store/store.ts';

export const eventCodes = {
  'signin.ok': 'Signed in',
  'signin.failed': 'Sign-in failed',
  'signin.throttled': 'Sign-in attempts throttled',
  'signin.passkey.ok': 'Signed in with a passkey',
  'signin.passkey.refused': 'Passkey sign-in refused',
  signout: 'Signed out',
  'mfa.required': 'Multifactor authentication required',
  'mfa.stale': 'Multifactor authentication too old',
  'mfa.no-method': 'No method for multifactor authentication',
  'mfa.totp.ok': 'Code from the authenticator app accepted',
  'mfa.totp.failed': 'Code from the authenticator app refused',
  'mfa.tap.ok': 'Temporary Access Pass accepted',
  'mfa.tap.failed': 'Temporary Access Pass refused',
  'totp.enrolled': 'Authenticator app added',
  'totp.removed': 'Authenticator app removed',
  'registration.options': 'Passkey options given',
  'registration.refused': 'Passkey refused',
  'registration.client-error': 'Registration failed in the browser',
  'passkey.pending': 'Passkey verified, waiting for its name',
  'passkey.registered': 'Passkey registered',
  'passkey.abandoned': 'Passkey never named: abandoned on the authenticator',
  'passkey.renamed': 'Passkey renamed',
  'passkey.deleted': 'Passkey deleted',
  'user.renamed': 'Display name changed',
  'tap.issued': 'Temporary Access Pass issued',
  'tap.replaced': 'Temporary Access Pass replaced by a new one',
  'tap.refused': 'Temporary Access Pass not issued',
  'user.created': 'User created',
  'policy.changed': 'Policy changed',
  'request.refused': 'Request refused',
} as const satisfies Record<string, string>;

export type EventCode = keyof typeof eventCodes;
type Detail = NonNullable<PartyEvent['detail']>;

export interface EventLog {
  /** Records `event`. `user` is the sign-in name of the user it is about, if any. */
  emit(event: EventCode, user: string | undefined, detail?: Detail): Promise<void>;
  /** Returns all events, oldest first. */
  list(): Promise<EventRecord[]>;
}

export interface EventLogOptions {
  store: Store;
  clock: Clock;
  /** Source of `atMs` for the listener; without it, `atMs` counts from the creation of the log. */
  timeline?: Timeline | undefined;
  /** Called with every event as it is recorded. */
  listener?: ((event: PartyEvent) => void) | undefined;
}

/** Creates a log that stores events and passes them to a listener. */
export function createEventLog({ store, clock, timeline, listener }: EventLogOptions): EventLog {
  const origin = clock.monotonic();
  return {
    async emit(event, user, detail = {}) {
      const all: Detail = user === undefined ? detail : { user, ...detail };
      const atMs = timeline?.elapsedMs() ?? clock.monotonic() - origin;
      await store.events.append({ at: clock.now(), event, detail: all });
      listener?.({ atMs, party: 'relying-party', event, detail: all });
    },
    list: () => store.events.list(),
  };
}
