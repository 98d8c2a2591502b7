/** Adapter of @passwordless-id/webauthn for `touchstone conform relying-party --adapter`. The library verifies no attestation. */
import { server } from '@passwordless-id/webauthn';
import { packageVersion } from './package-version.mjs';

/** @type {import('./library.d.ts').Library} */
export const adapter = {
  name: '@passwordless-id/webauthn',
  version: packageVersion('@passwordless-id/webauthn', import.meta.resolve('@passwordless-id/webauthn')),
  formats: ['none'],
  algorithms: [-7, -8, -257],
  checksTrust: false,

  async verifyRegistration({ response, challenge, origin, rpId, userVerification }) {
    const { credential } = await server.verifyRegistration(/** @type {any} */ (response), {
      challenge,
      origin,
      domain: rpId,
      userVerified: userVerification === 'required',
    });
    return { accepted: true, credential };
  },

  async verifyAuthentication({ response, challenge, origin, rpId, userVerification, credential, userHandle }) {
    const json = /** @type {any} */ (response);
    const stored = /** @type {any} */ (credential);
    if (json?.id !== stored.id) return { accepted: false, reason: 'The credential is unknown' };
    if (json.response?.userHandle !== userHandle) return { accepted: false, reason: 'The user handle is another one' };
    await server.verifyAuthentication(json, stored, {
      challenge,
      origin,
      domain: rpId,
      userVerified: userVerification === 'required',
      counter: 1,
    });
    return { accepted: true };
  },
};
