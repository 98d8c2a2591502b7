/**
 * Adapter of webauthn4js for `touchstone conform relying-party --adapter`: the WebAuthn library of Go as WebAssembly. Its programs do not
 * end by themselves, so one instance serves all calls.
 */
import { importInstalled, packageVersion } from './package-version.mjs';

const { module: makeWebAuthn, url } = await importInstalled('webauthn4js');

/** @type {Map<string, Promise<any>>} */
const instances = new Map();

/** @param {{ origin: string, rpId: string }} expected */
function instanceFor({ origin, rpId }) {
  const key = `${origin} ${rpId}`;
  const instance =
    instances.get(key) ?? makeWebAuthn({ RPDisplayName: 'Relying party', RPID: rpId, RPOrigins: [origin] });
  instances.set(key, instance);
  return instance;
}

/** @param {string} userHandle @param {unknown[]} credentials */
const createUser = (userHandle, credentials) => ({
  id: Buffer.from(userHandle, 'base64url'),
  name: 'user',
  displayName: 'User',
  iconURL: '',
  credentials,
});

/** @type {import('./library.d.ts').Library} */
export const adapter = {
  name: 'webauthn4js (go-webauthn)',
  version: packageVersion('webauthn4js', url),
  formats: ['none', 'packed', 'fido-u2f', 'tpm', 'android-key', 'android-safetynet', 'apple'],
  algorithms: [-7, -8, -35, -36, -37, -38, -39, -257, -258, -259],
  checksTrust: false,

  async verifyRegistration(input) {
    const { response, challenge, userVerification } = input;
    const webAuthn = await instanceFor(input);
    const user = createUser('dXNlcg', []);
    const { sessionData } = await webAuthn.beginRegistration(user);
    const credential = await webAuthn.finishRegistration(
      user,
      { ...sessionData, challenge, userVerification },
      response,
    );
    return { accepted: true, credential };
  },

  async verifyAuthentication(input) {
    const { response, challenge, userVerification, credential, userHandle } = input;
    if (/** @type {any} */ (response)?.response?.userHandle !== userHandle)
      return { accepted: false, reason: 'The user handle is another one' };
    const webAuthn = await instanceFor(input);
    const user = createUser(userHandle, [credential]);
    const { sessionData } = await webAuthn.beginLogin(user);
    await webAuthn.finishLogin(user, { ...sessionData, challenge, userVerification }, response);
    return { accepted: true };
  },
};
