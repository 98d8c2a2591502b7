/** What getClientCapabilities() answers, WebAuthn L3 sections 5.1.7 and 5.8.7. */
import type { ClientCapabilities, WebAuthnHandler } from '../webauthn-handler.ts';

/** Returns every capability in lexicographical order: those of the handler, otherwise the defaults. */
export async function clientCapabilities(handler: WebAuthnHandler): Promise<ClientCapabilities> {
  const hasPlatformAuthenticator = await handler.isUserVerifyingPlatformAuthenticatorAvailable();
  const receivesSignals = handler.receiveSignal !== undefined;
  const capabilities: ClientCapabilities = {
    conditionalCreate: false,
    conditionalGet: false,
    hybridTransport: false,
    passkeyPlatformAuthenticator: hasPlatformAuthenticator,
    relatedOrigins: false,
    signalAllAcceptedCredentials: receivesSignals,
    signalCurrentUserDetails: receivesSignals,
    signalUnknownCredential: receivesSignals,
    userVerifyingPlatformAuthenticator: hasPlatformAuthenticator,
    ...(await handler.getClientCapabilities?.()),
  };
  return Object.fromEntries(Object.entries(capabilities).sort(([a], [b]) => (a < b ? -1 : 1)));
}
