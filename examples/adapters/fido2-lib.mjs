/** Adapter of fido2-lib for `touchstone conform relying-party --adapter`. */
import { Fido2Lib } from 'fido2-lib';
import { packageVersion } from './package-version.mjs';

/** @param {string} text */
const toArrayBuffer = (text) => Uint8Array.from(Buffer.from(text, 'base64url')).buffer;

/** @type {import('./library.d.ts').Library} */
export const adapter = {
  name: 'fido2-lib',
  version: packageVersion('fido2-lib', import.meta.resolve('fido2-lib')),
  formats: ['none', 'packed', 'fido-u2f', 'tpm', 'android-safetynet', 'apple'],
  algorithms: [-7, -257],
  checksTrust: false,

  async verifyRegistration({ response, challenge, origin, rpId, userVerification, algorithms }) {
    const library = new Fido2Lib({ rpId, cryptoParams: [...algorithms] });
    const json = /** @type {any} */ (response);
    const result = await library.attestationResult(
      { ...json, id: toArrayBuffer(json.id), rawId: toArrayBuffer(json.rawId) },
      { challenge, origin, rpId, factor: userVerification === 'required' ? 'first' : 'either' },
    );
    const data = result.authnrData;
    return {
      accepted: true,
      credential: { id: json.id, publicKey: data.get('credentialPublicKeyPem'), counter: data.get('counter') },
    };
  },

  async verifyAuthentication({ response, challenge, origin, rpId, userVerification, credential, userHandle }) {
    const json = /** @type {any} */ (response);
    const stored = /** @type {any} */ (credential);
    if (json?.id !== stored.id) return { accepted: false, reason: 'The credential is unknown' };
    await new Fido2Lib({ rpId }).assertionResult(
      { ...json, id: toArrayBuffer(json.id), rawId: toArrayBuffer(json.rawId) },
      {
        challenge,
        origin,
        rpId,
        factor: userVerification === 'required' ? 'first' : 'either',
        publicKey: stored.publicKey,
        prevCounter: stored.counter,
        userHandle,
      },
    );
    return { accepted: true };
  },
};
