/** A `WebAuthnHandler` that responds at once with credentials that are just well-formed enough for a browser. */
import { fromHex, toBase64url, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { type CborKey, type CborValue, encode } from '#protocol/cbor.ts';
import { generateSigningKey, sha256 } from '#protocol/crypto.ts';
import type { CeremonyRequest, WebAuthnHandler } from '../webauthn-handler.ts';

export const credentialId = fromHex('00112233445566778899aabbccddeeff');
const key = generateSigningKey('ES256', systemRandom);
const userPresentAndVerified = flag.UP | flag.UV;

const clientData = (type: string, challenge: string, origin: string) =>
  toBase64url(utf8(JSON.stringify({ type, challenge, origin, crossOrigin: false })));

const credential = {
  id: toBase64url(credentialId),
  rawId: toBase64url(credentialId),
  type: 'public-key',
  authenticatorAttachment: 'cross-platform',
};

/** Returns a RegistrationResponseJSON with attestation `none` and the AAGUID 01 01 ... 01. */
export function createRegistration({ origin, publicKey }: CeremonyRequest) {
  const { challenge, rp } = publicKey as { challenge: string; rp: { id?: string } };
  const authData = encodeAuthenticatorData({
    rpIdHash: sha256(rp.id ?? new URL(origin).hostname),
    flags: userPresentAndVerified,
    signCount: 0,
    attestedCredentialData: {
      aaguid: new Uint8Array(16).fill(1),
      credentialId,
      credentialPublicKey: encode(key.publicKey),
    },
  });
  const attestationObject = new Map<CborKey, CborValue>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ]);
  return {
    ...credential,
    response: {
      clientDataJSON: clientData('webauthn.create', challenge, origin),
      attestationObject: toBase64url(encode(attestationObject)),
      authenticatorData: toBase64url(authData),
      publicKey: toBase64url(key.spki),
      publicKeyAlgorithm: key.alg,
      transports: ['nfc', 'usb'],
    },
    clientExtensionResults: { credProps: { rk: true } },
  };
}

/** Returns an AuthenticationResponseJSON with the user handle 01 02 03 and an invalid signature. */
function createAssertion({ origin, publicKey }: CeremonyRequest) {
  const { challenge, rpId } = publicKey as { challenge: string; rpId?: string };
  const authData = encodeAuthenticatorData({
    rpIdHash: sha256(rpId ?? new URL(origin).hostname),
    flags: userPresentAndVerified,
    signCount: 7,
  });
  return {
    ...credential,
    response: {
      clientDataJSON: clientData('webauthn.get', challenge, origin),
      authenticatorData: toBase64url(authData),
      signature: 'AAAA',
      userHandle: 'AQID',
    },
    clientExtensionResults: {},
  };
}

export const approvingHandler: WebAuthnHandler = {
  create: async (request) => createRegistration(request),
  get: async (request) => createAssertion(request),
  isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
};

/** Returns a handler that records every request and approves it. */
export function recordingHandler(): { handler: WebAuthnHandler; requests: CeremonyRequest[] } {
  const requests: CeremonyRequest[] = [];
  const handler: WebAuthnHandler = {
    ...approvingHandler,
    async create(request) {
      requests.push(request);
      return createRegistration(request);
    },
    async get(request) {
      requests.push(request);
      return createAssertion(request);
    },
  };
  return { handler, requests };
}

/** Returns a handler whose create() and get() stay pending until they are aborted. `called` resolves with the signal of the first call. */
export function pendingHandler(): { handler: WebAuthnHandler; called: Promise<AbortSignal>; signals: AbortSignal[] } {
  const { promise: called, resolve } = createPromise<AbortSignal>();
  const signals: AbortSignal[] = [];
  const wait = (_: CeremonyRequest, signal: AbortSignal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      signals.push(signal);
      resolve(signal);
    });
  return { handler: { ...approvingHandler, create: wait, get: wait }, called, signals };
}

function createPromise<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Returns a handler whose create() and get() reject. */
export function failingHandler(error: () => Error): WebAuthnHandler {
  const fail = async () => {
    throw error();
  };
  return { ...approvingHandler, create: fail, get: fail };
}
