/**
 * Adapter of @oslojs/webauthn for `touchstone conform relying-party --adapter`. The library parses; the checks are those of the
 * application, here as the documentation of the library shows them, for the format none.
 */
import { createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import {
  AttestationStatementFormat,
  ClientDataType,
  coseAlgorithmES256,
  coseEllipticCurveP256,
  createAssertionSignatureMessage,
  parseAttestationObject,
  parseAuthenticatorData,
  parseClientDataJSON,
} from '@oslojs/webauthn';
import { packageVersion } from './package-version.mjs';

/** @param {string} text */
const decode = (text) => Uint8Array.from(Buffer.from(text, 'base64url'));
/** @param {bigint} coordinate */
const toBase64url = (coordinate) => Buffer.from(coordinate.toString(16).padStart(64, '0'), 'hex').toString('base64url');
/** @param {string} reason */
const refuse = (reason) => /** @type {const} */ ({ accepted: false, reason });

/**
 * @param {Uint8Array} bytes
 * @param {ClientDataType} type
 * @param {{ challenge: string, origin: string }} expected
 */
function findClientDataProblem(bytes, type, { challenge, origin }) {
  const clientData = parseClientDataJSON(bytes);
  const expected = decode(challenge);
  if (clientData.type !== type) return 'type';
  if (clientData.challenge.length !== expected.length || !timingSafeEqual(clientData.challenge, expected))
    return 'challenge';
  if (clientData.origin !== origin) return 'origin';
  return clientData.crossOrigin ? 'crossOrigin' : undefined;
}

/**
 * @param {import('@oslojs/webauthn').AuthenticatorData} data
 * @param {{ rpId: string, userVerification: string }} expected
 */
function findAuthenticatorDataProblem(data, { rpId, userVerification }) {
  if (!data.verifyRelyingPartyIdHash(rpId)) return 'rpIdHash';
  if (!data.userPresent) return 'user presence';
  return userVerification === 'required' && !data.userVerified ? 'user verification' : undefined;
}

/** @type {import('./library.d.ts').Library} */
export const adapter = {
  name: '@oslojs/webauthn',
  version: packageVersion('@oslojs/webauthn', import.meta.resolve('@oslojs/webauthn')),
  formats: ['none'],
  algorithms: [-7],
  checksTrust: false,

  async verifyRegistration({ response, ...expected }) {
    const { clientDataJSON, attestationObject } = /** @type {any} */ (response).response;
    const problem = findClientDataProblem(decode(clientDataJSON), ClientDataType.Create, expected);
    if (problem) return refuse(problem);
    const { attestationStatement, authenticatorData } = parseAttestationObject(decode(attestationObject));
    if (attestationStatement.format !== AttestationStatementFormat.None) return refuse('format');
    const dataProblem = findAuthenticatorDataProblem(authenticatorData, expected);
    if (dataProblem) return refuse(dataProblem);
    const { credential } = authenticatorData;
    if (!credential) return refuse('credential');
    const { publicKey, id } = credential;
    if (publicKey.algorithm() !== coseAlgorithmES256) return refuse('algorithm');
    const { curve, x, y } = publicKey.ec2();
    if (curve !== coseEllipticCurveP256) return refuse('curve');
    return {
      accepted: true,
      credential: { id: Buffer.from(id).toString('base64url'), x: toBase64url(x), y: toBase64url(y) },
    };
  },

  async verifyAuthentication({ response, credential, userHandle, ...expected }) {
    const json = /** @type {any} */ (response);
    const { id, x, y } = /** @type {any} */ (credential);
    if (json?.id !== id) return refuse('The credential is unknown');
    const { clientDataJSON, authenticatorData, signature } = json.response;
    if (json.response.userHandle !== userHandle) return refuse('The user handle is another one');
    const problem =
      findClientDataProblem(decode(clientDataJSON), ClientDataType.Get, expected) ??
      findAuthenticatorDataProblem(parseAuthenticatorData(decode(authenticatorData)), expected);
    if (problem) return refuse(problem);
    const message = createAssertionSignatureMessage(decode(authenticatorData), decode(clientDataJSON));
    const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    return verify('sha256', message, key, decode(signature)) ? { accepted: true } : refuse('signature');
  },
};
