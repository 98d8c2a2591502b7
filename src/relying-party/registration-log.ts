/** Log entries and phase timings that registration and naming share. */
import { algorithmName } from '#protocol/cose.ts';
import type { Timeline } from '#result/timeline.ts';
import type { RelyingPartyContext } from './context.ts';
import type { CreationOptions } from './creation-options.ts';
import type { Caller } from './methods/sessions.ts';
import type { Refused } from './refusals.ts';
import type { PendingPasskey } from './store/store.ts';

/** Logs the options that the page gets, as far as they decide which authenticators can be used. */
export async function logCreationOptions(
  { events }: RelyingPartyContext,
  { user }: Caller,
  { attestation, pubKeyCredParams, authenticatorSelection }: CreationOptions,
  facts: Record<string, string> = {},
): Promise<void> {
  await events.emit('registration.options', user.name, {
    attestation: String(attestation),
    algorithms: pubKeyCredParams.map(({ alg }) => algorithmName(alg) ?? alg).join(' '),
    residentKey: authenticatorSelection?.residentKey ?? 'discouraged',
    userVerification: authenticatorSelection?.userVerification ?? 'preferred',
    ...facts,
  });
}

/** Logs the refusal of a registration, with `facts` about the credential, and returns `refused`. */
export async function logRefusedRegistration(
  { events }: RelyingPartyContext,
  { user }: Caller,
  refused: Refused,
  facts: Record<string, string> = {},
): Promise<Refused> {
  const { reason, detail } = refused;
  await events.emit('registration.refused', user.name, { reason, detail, ...facts });
  return refused;
}

/** Logs each credential that was abandoned: it was verified, but never named. */
export async function logAbandoned(
  { store, events }: Pick<RelyingPartyContext, 'store' | 'events'>,
  abandonedCredentials: readonly PendingPasskey[],
): Promise<void> {
  for (const { userId, credential } of abandonedCredentials) {
    const { credentialId, aaguid } = credential;
    await events.emit('passkey.abandoned', (await store.users.byId(userId))?.name, { credentialId, aaguid });
  }
}

/** Runs `work` and records its duration as `phase` when there is a timeline. */
export const measurePhase = <T>(
  timeline: Timeline | undefined,
  phase: 'rp-options' | 'rp-verify' | 'rp-store',
  work: () => Promise<T>,
): Promise<T> => (timeline ? timeline.measure(phase, work) : work());
