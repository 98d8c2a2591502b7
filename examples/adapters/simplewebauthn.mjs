/** Adapter of @simplewebauthn/server for `touchstone conform relying-party --adapter`. */
import { SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { packageVersion } from './package-version.mjs';

const formats = ['none', 'packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple'];

/** @type {import('./library.d.ts').Library} */
export const adapter = {
  name: '@simplewebauthn/server',
  version: packageVersion('@simplewebauthn/server', import.meta.resolve('@simplewebauthn/server')),
  formats,
  algorithms: [-7, -8, -35, -36, -37, -38, -39, -257, -258, -259],
  checksTrust: true,

  async verifyRegistration({
    response,
    challenge,
    origin,
    rpId,
    userVerification,
    algorithms,
    attestation,
    trustAnchors,
  }) {
    for (const identifier of formats)
      SettingsService.setRootCertificates({
        identifier: /** @type {any} */ (identifier),
        certificates: trustAnchors.map((der) => new Uint8Array(der)),
      });
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: /** @type {any} */ (response),
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: userVerification === 'required',
      supportedAlgorithmIDs: [...algorithms],
    });
    if (!verified || !registrationInfo) return { accepted: false, reason: 'verified is false' };
    if (attestation === 'required' && registrationInfo.fmt === 'none')
      return { accepted: false, reason: 'The format is none' };
    return { accepted: true, credential: registrationInfo.credential };
  },

  async verifyAuthentication({ response, challenge, origin, rpId, userVerification, credential, userHandle }) {
    const json = /** @type {any} */ (response);
    const stored = /** @type {any} */ (credential);
    // As the documentation says, the application looks up the credential and its user.
    if (json?.id !== stored.id) return { accepted: false, reason: 'The credential is unknown' };
    if (json.response?.userHandle !== userHandle) return { accepted: false, reason: 'The user handle is another one' };
    const { verified } = await verifyAuthenticationResponse({
      response: json,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: userVerification === 'required',
      credential: stored,
    });
    return verified ? { accepted: true } : { accepted: false, reason: 'verified is false' };
  },
};
