/** The ceremony of a test vector: what it expects, and its responses as JSON. */
import { fromBase64url, toBase64url } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import type { VectorCeremony } from '../ceremony-settings.ts';
import { type W3cVector, w3cRoot } from './w3c-vectors.ts';

export const ceremonyOf = ({ registration, authentication }: W3cVector): VectorCeremony => ({
  origin: 'https://example.org',
  rpId: 'example.org',
  registration: challengeOf(registration.clientDataJSON),
  authentication: challengeOf(authentication.clientDataJSON),
  trustAnchors: [fromBase64url(w3cRoot)],
});

function challengeOf(clientDataJSON: string): string {
  const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as { challenge: string };
  return challenge;
}

/** The registration of a vector is refused, which is a case of its own, so that its sign-in cannot be tested. */
export class VectorRefused extends Error {
  override readonly name = 'VectorRefused';
}

/** Returns RegistrationResponseJSON. */
export const registrationOf = ({ registration, algorithm }: W3cVector): unknown =>
  credential(registration, {
    ...registration,
    authenticatorData: toBase64url(authDataOf(registration)),
    transports: [],
    publicKeyAlgorithm: coseAlgorithms[algorithm].alg,
  });

/** Returns AuthenticationResponseJSON. */
export const authenticationOf = ({ registration, authentication }: W3cVector, userHandle: string): unknown =>
  credential(registration, { ...authentication, userHandle });

const authDataOf = ({ attestationObject }: W3cVector['registration']): Uint8Array =>
  (decode(fromBase64url(attestationObject), 8) as CborMap).get('authData') as Uint8Array;

function credential(registration: W3cVector['registration'], response: object): unknown {
  const authData = authDataOf(registration);
  const length = (authData[53] ?? 0) * 256 + (authData[54] ?? 0);
  const id = toBase64url(authData.subarray(55, 55 + length));
  return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} };
}
