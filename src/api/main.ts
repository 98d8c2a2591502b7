/**
 * The public entry point `touchstone`: an authenticator and a client, which together register a passkey without a browser.
 * Further entry points: `touchstone/emulator`, `touchstone/client`, `touchstone/relying-party`, `touchstone/playwright` and
 * `touchstone/conformance`.
 *
 * ```ts
 * const device = plugIn(createAuthenticator({ persona: 'yubikey-5-nfc', pin: '1234' }));
 * ```
 */
export { type AuthenticatorOptions, createAuthenticator, type PersonaId, plugIn } from '#emulator';
export {
  autoApproveUser,
  type ClientContext,
  create,
  fixedAuthenticators,
  get,
  systemClock,
  systemRandom,
} from './client.ts';
