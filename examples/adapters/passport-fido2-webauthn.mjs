/**
 * Adapter of passport-fido2-webauthn for `touchstone conform relying-party --adapter`. The library is a strategy of Passport: it reads the
 * response from a request, and calls functions of the application to store and to find credentials.
 */
import { importInstalled, packageVersion } from './package-version.mjs';

const { module: Strategy, url } = await importInstalled('passport-fido2-webauthn');

/**
 * Runs the strategy on a request with the response.
 * @param {{ response: unknown, challenge: string, origin: string }} input
 * @param {(register: Function, verify: Function) => void} application
 */
function authenticate({ response, challenge, origin }, application) {
  /** @type {any[]} */
  const callbacks = [];
  application(
    (/** @type {Function} */ register) => (callbacks[1] = register),
    (/** @type {Function} */ verify) => (callbacks[0] = verify),
  );
  return new Promise((resolve, reject) => {
    const store = {
      verify: (/** @type {any} */ _, /** @type {Buffer} */ found, /** @type {Function} */ done) => {
        const same = Buffer.from(challenge, 'base64url').equals(found);
        return same ? done(null, true, {}) : done(null, false, { message: 'The challenge is another one' });
      },
    };
    const strategy = new Strategy({ store }, callbacks[0], callbacks[1]);
    const { host, protocol } = new URL(origin);
    const request = { body: response, headers: { host }, connection: { encrypted: protocol === 'https:' }, url: '/' };
    strategy.success = (/** @type {unknown} */ user) => resolve({ accepted: true, credential: user });
    strategy.fail = (/** @type {any} */ info) => resolve({ accepted: false, reason: info?.message ?? String(info) });
    strategy.error = reject;
    strategy.authenticate(request);
  });
}

/** @type {import('./library.d.ts').Library} */
export const adapter = {
  name: 'passport-fido2-webauthn',
  version: packageVersion('passport-fido2-webauthn', url),
  formats: ['none', 'packed', 'fido-u2f'],
  algorithms: [-7],
  checksTrust: false,

  async verifyRegistration(input) {
    const { userVerification } = input;
    return authenticate(input, (register, verify) => {
      verify((/** @type {any} */ _id, /** @type {any} */ _handle, /** @type {Function} */ done) => done(null, false));
      register(
        (
          /** @type {any} */ _user,
          /** @type {string} */ id,
          /** @type {string} */ publicKey,
          /** @type {any} */ flags,
          /** @type {Function} */ done,
        ) => {
          if (userVerification === 'required' && !flags.userVerified)
            return done(null, false, { message: 'Not verified' });
          done(null, { id, publicKey });
        },
      );
    });
  },

  async verifyAuthentication(input) {
    const { credential, userHandle, userVerification } = input;
    const stored = /** @type {any} */ (credential);
    const { accepted, reason } = await authenticate(input, (register, verify) => {
      register(
        (/** @type {any} */ _user, /** @type {any} */ _id, /** @type {any} */ _key, /** @type {Function} */ done) =>
          done(null, false),
      );
      verify(
        (
          /** @type {string} */ id,
          /** @type {Buffer} */ handle,
          /** @type {any} */ flags,
          /** @type {Function} */ done,
        ) => {
          if (id !== stored.id) return done(null, false, { message: 'The credential is unknown' });
          if (handle.toString('base64url') !== userHandle) return done(null, false, { message: 'Another user' });
          if (userVerification === 'required' && !flags.userVerified)
            return done(null, false, { message: 'Not verified' });
          done(null, stored, stored.publicKey);
        },
      );
    });
    return accepted ? { accepted } : { accepted, reason };
  },
};
