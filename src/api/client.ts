/**
 * The public entry point `touchstone/client`: the WebAuthn client, which does what a browser does in `navigator.credentials.create()`
 * and `get()`, without a browser. It talks to authenticators through `CtapDevice` and to the user through `UserInteraction`.
 *
 * ```ts
 * const registration = await create(creationOptions, {
 *   origin: 'https://example.com',
 *   authenticators: fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'Key', device }),
 *   user: autoApproveUser({ pin: '1234' }),
 *   clock: systemClock,
 *   random: systemRandom,
 * });
 * ```
 *
 * A ceremony that fails throws a `WebAuthnError` whose `name` is that of the DOMException that a page would get.
 */
export { type Clock, systemClock } from '#base/clock.ts';
export { type Random, systemRandom } from '#base/random.ts';
export { type AutoApproveOptions, autoApproveUser } from '#client/auto-approve-user.ts';
export {
  type AuthenticatorSource,
  type AvailableAuthenticator,
  type ClientContext,
  type ClientPolicy,
  defaultPolicy,
  fixedAuthenticators,
} from '#client/context.ts';
export { create } from '#client/create.ts';
export type { AuthenticationResponseJSON, RegistrationResponseJSON } from '#client/credential-json.ts';
export type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '#client/credential-options.ts';
export { get } from '#client/get.ts';
export { type Cancelled, cancelled, type UserInteraction } from '#client/user-interaction.ts';
export { WebAuthnError } from '#protocol/errors.ts';
export type { CtapDevice } from '#transport/device.ts';
