/** The WebAuthn client behind the pages of a test: it asks the dialog and talks to the keys. */

import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { dialogProfiles } from '#browser/dialog-profiles.ts';
import type { CeremonyRequest, WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { getClientCapabilities } from '#client/client-capabilities.ts';
import type { AuthenticatorSource, ClientContext } from '#client/context.ts';
import { create } from '#client/create.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import { RecentAuthentications } from '#client/recent-authentications.ts';
import { receiveSignal } from '#client/signals.ts';
import { createWellKnownFetcher } from '#client/well-known-fetcher.ts';
import type { Timeline } from '#result/timeline.ts';
import type { ActivityLog } from './activity-log.ts';
import type { PasskeyDialog } from './passkey-dialog.ts';
import { readRegistration, rpIdOf } from './registered-passkey.ts';
import type { SecurityKey } from './security-key.ts';

export interface PageClientParts {
  keys: () => readonly SecurityKey[];
  source: AuthenticatorSource;
  dialog: PasskeyDialog;
  log: ActivityLog;
  timeline: Timeline;
}

export function createPageClient(parts: PageClientParts): WebAuthnHandler {
  const { source, dialog, log, timeline } = parts;
  const elapsedMs = () => timeline.elapsedMs();
  const context: Omit<ClientContext, 'origin'> = {
    authenticators: source,
    user: dialog.prompts,
    clock: systemClock,
    random: systemRandom,
    timeline,
    policy: { timeout: dialogProfiles[dialog.profile].timeout, checks: dialog.checks },
    relatedOrigins: createWellKnownFetcher(),
    recentAuthentications: new RecentAuthentications(systemClock),
  };
  /** Questions may come while `work` runs. A conditional request opens no dialog before the user picks an account. */
  const withDialog = async <T>({ mediation }: CeremonyRequest, work: () => Promise<T>): Promise<T> => {
    if (mediation === undefined) dialog.prompts.begin();
    else dialog.prompts.expectCeremony();
    try {
      return await work();
    } finally {
      dialog.prompts.end('the ceremony has ended');
    }
  };
  return {
    create(request, signal) {
      const { publicKey, ...caller } = request;
      const options = publicKey as PublicKeyCredentialCreationOptionsJSON;
      const rpId = rpIdOf(options.rp.id, caller.origin);
      return log.follow({ call: 'create', rpId, caller, elapsedMs }, async () => {
        const response = await withDialog(request, () => create(options, { ...context, ...caller, signal }));
        recordRegistration(response, options, caller.origin, parts);
        return response;
      });
    },
    get(request, signal) {
      const { publicKey, ...caller } = request;
      const options = publicKey as PublicKeyCredentialRequestOptionsJSON;
      const rpId = rpIdOf(options.rpId, caller.origin);
      return log.follow({ call: 'get', rpId, caller, elapsedMs }, () =>
        withDialog(request, () => get(options, { ...context, ...caller, signal })),
      );
    },
    async receiveSignal(signal, { origin }) {
      await receiveSignal(signal, { ...context, origin });
    },
    getClientCapabilities: () => getClientCapabilities(context),
    isUserVerifyingPlatformAuthenticatorAvailable: async () =>
      (await getClientCapabilities(context)).userVerifyingPlatformAuthenticator ?? false,
  };
}

function recordRegistration(
  response: Awaited<ReturnType<typeof create>>,
  options: PublicKeyCredentialCreationOptionsJSON,
  origin: string,
  { keys, log }: PageClientParts,
): void {
  const key = keys().toSorted((a, b) => lastUse(b) - lastUse(a))[0];
  key?.addRegistration(response.id);
  const passkey = readRegistration(response, { options, origin, discoverable: key?.stores(response.id) ?? false });
  if (passkey) log.registrations.push(passkey);
}

/** Returns when the last successful registration of the key has begun. */
const lastUse = ({ transcript }: SecurityKey): number =>
  transcript.findLast(
    ({ command, status }) =>
      (command === 'authenticatorMakeCredential' && status === 'CTAP2_OK') ||
      (command === 'U2F_REGISTER' && status === '0x9000'),
  )?.atMs ?? Number.NEGATIVE_INFINITY;
