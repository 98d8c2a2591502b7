/** Adapter of @simplewebauthn/server for `touchstone conform relying-party --adapter`. */
import { SettingsService, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { packageVersion } from './package-version.mjs';

const attested = /** @type {const} */ (['packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple']);
const formats = ['none', ...attested];

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
    const { verified, registrationInfo } = await withRootCertificates(trustAnchors, () =>
      verifyRegistrationResponse({
        response: /** @type {any} */ (response),
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: rpId,
        requireUserVerification: userVerification === 'required',
        supportedAlgorithmIDs: [...algorithms],
      }),
    );
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

/**
 * Runs `work` with the root certificates of the case. The settings of the library are those of the process, which may use it for
 * something else, too: afterwards they are as before.
 * @template T
 * @param {readonly Uint8Array[]} trustAnchors
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withRootCertificates(trustAnchors, work) {
  const certificates = trustAnchors.map((der) => new Uint8Array(der));
  const before = attested.map((identifier) => ({
    identifier,
    certificates: SettingsService.getRootCertificates({ identifier }),
  }));
  for (const identifier of attested) SettingsService.setRootCertificates({ identifier, certificates });
  try {
    return await work();
  } finally {
    for (const settings of before) SettingsService.setRootCertificates(settings);
  }
}
