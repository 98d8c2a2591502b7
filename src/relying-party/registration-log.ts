/** What registration and naming write alike: refusals, orphans and phase timings. */
import type { Timeline } from '#result/timeline.ts';
import type { PartyContext } from './context.ts';
import type { Caller } from './methods/sessions.ts';
import type { Refused } from './refusals.ts';
import type { PendingPasskey } from './store/store.ts';

export async function refusedRegistration(
  { events }: PartyContext,
  { user }: Caller,
  refused: Refused,
  facts: Record<string, string> = {},
): Promise<Refused> {
  const { reason, detail } = refused;
  await events.emit('registration.refused', user.name, { reason, detail, ...facts });
  return refused;
}

export async function abandoned({ store, events }: PartyContext, orphans: readonly PendingPasskey[]): Promise<void> {
  for (const { userId, credential } of orphans) {
    const { credentialId, aaguid } = credential;
    await events.emit('passkey.abandoned', (await store.users.byId(userId))?.name, { credentialId, aaguid });
  }
}

export const measured = <T>(
  timeline: Timeline | undefined,
  phase: 'rp-options' | 'rp-verify' | 'rp-store',
  work: () => Promise<T>,
): Promise<T> => (timeline ? timeline.measure(phase, work) : work());
