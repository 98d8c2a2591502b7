/** Our client behind the page's `navigator.credentials`, through the bridge, with a dialog that is drawn over the page. */
import { type DialogProfileId, dialogProfiles } from '#browser/dialog-profiles.ts';
import type { WebAuthn } from '#browser/playwright-fixtures.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { create } from '#client/create.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import type { ExpandedCase } from '../../language/expanded-case.ts';
import { DialogPicture } from '../dialog-screenshot.ts';
import type { CaseClient, ClientParts } from './case-client.ts';

/** `headed`: people watch, the dialog is drawn while it changes. */
export const ownClient = (webauthn: WebAuthn, { headed }: { headed: boolean }): CaseClient => ({
  dialogLabel: (scenario) => dialogProfiles[dialogProfile(scenario)].label,
  picture: (scenario, site) => new DialogPicture({ profile: dialogProfile(scenario), site, live: headed }),
  async sit(parts) {
    await webauthn.handle(webAuthnHandler(parts));
    return { [Symbol.asyncDispose]: async () => undefined };
  },
  problems: () => webauthn.problems.map(({ kind, ceremony, error }) => `${kind} in ${ceremony}: ${error.message}`),
});

/** Our client behind the page's `navigator.credentials`. */
function webAuthnHandler(parts: ClientParts): WebAuthnHandler {
  const { scenario, authenticators, ceremonies, dialog, clock, recorder, random } = parts;
  const context = {
    authenticators: authenticators.source,
    user: dialog,
    clock,
    random,
    timeline: recorder.timeline,
    policy: scenario.client,
  };
  return {
    create: ({ publicKey, ...caller }, signal) =>
      ceremonies.follow(() =>
        create(publicKey as PublicKeyCredentialCreationOptionsJSON, { ...context, ...caller, signal }),
      ),
    get: ({ publicKey, ...caller }, signal) =>
      ceremonies.follow(() =>
        get(publicKey as PublicKeyCredentialRequestOptionsJSON, { ...context, ...caller, signal }),
      ),
    isUserVerifyingPlatformAuthenticatorAvailable: async () =>
      authenticators.all.some(({ kind, connected }) => kind === 'this-device' && connected),
  };
}

/** The loader has checked the name. */
const dialogProfile = ({ browser }: ExpandedCase) => (browser.dialog ?? 'windows-11') as DialogProfileId;
