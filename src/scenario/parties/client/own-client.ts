/** Our client behind `navigator.credentials` of the page, connected by the bridge. Its dialog is drawn over the page. */
import type { BridgeRoute } from '#browser/bridge.ts';
import { type DialogProfileId, dialogProfiles } from '#browser/dialog-profiles.ts';
import type { WebAuthn } from '#browser/playwright-fixtures.ts';
import type { WebAuthnHandler } from '#browser/webauthn-handler.ts';
import { getClientCapabilities } from '#client/client-capabilities.ts';
import { create } from '#client/create.ts';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
import { get } from '#client/get.ts';
import { receiveSignal } from '#client/signals.ts';
import { createWellKnownFetcher } from '#client/well-known-fetcher.ts';
import type { ExpandedCase } from '../../language/expanded-case.ts';
import { OverlayDialogScreenshot } from '../dialog-screenshot.ts';
import type { CaseClient, ClientParts } from './case-client.ts';

export interface OwnClientOptions {
  /** The browser window is visible, so the dialog is drawn at every change. */
  headed: boolean;
  /** The route that the requests of the page take; default: the proxy. */
  route?: BridgeRoute;
}

export const ownClient = (webauthn: WebAuthn, { headed, route = 'proxy' }: OwnClientOptions): CaseClient => ({
  hasConditionalMediation: route === 'shim',
  dialogLabel: (scenario) => dialogProfiles[dialogProfile(scenario)].label,
  createDialogScreenshot: (scenario, site) =>
    new OverlayDialogScreenshot({ profile: dialogProfile(scenario), site, live: headed }),
  handle: (handler) => webauthn.handle(handler),
  async start(parts) {
    await webauthn.handle(createHandler(parts));
    return { [Symbol.asyncDispose]: async () => undefined };
  },
  problems: () => webauthn.problems.map(({ kind, ceremony, error }) => `${kind} in ${ceremony}: ${error.message}`),
});

function createHandler(parts: ClientParts): WebAuthnHandler {
  const { scenario, authenticators, ceremonies, conditionalGet, dialog, clock, recorder, random, signals } = parts;
  const context = {
    authenticators: authenticators.source,
    user: dialog,
    clock,
    random,
    timeline: recorder.timeline,
    policy: { timeout: dialogProfiles[dialogProfile(scenario)].timeout, ...scenario.client },
    relatedOrigins: parts.relatedOrigins ?? createWellKnownFetcher(),
    recentAuthentications: parts.recentAuthentications,
  };
  return {
    create({ publicKey, ...caller }, signal) {
      const options = publicKey as PublicKeyCredentialCreationOptionsJSON;
      return ceremonies.followCreation(options, () => create(options, { ...context, ...caller, signal }));
    },
    get({ publicKey, ...caller }, signal) {
      const run = () => get(publicKey as PublicKeyCredentialRequestOptionsJSON, { ...context, ...caller, signal });
      return caller.mediation === 'conditional' ? conditionalGet.follow(run) : ceremonies.follow(run);
    },
    receiveSignal: (signal, { origin }) => signals.follow(signal, () => receiveSignal(signal, { ...context, origin })),
    getClientCapabilities: () => getClientCapabilities(context),
    isUserVerifyingPlatformAuthenticatorAvailable: async () =>
      authenticators.all.some(({ kind, connected }) => kind === 'this-device' && connected),
  };
}

/** The loader has checked the name. */
const dialogProfile = ({ browser }: ExpandedCase) => (browser.dialog ?? 'windows-11') as DialogProfileId;
