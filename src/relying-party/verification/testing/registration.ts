/** Builds registration responses for tests: a valid response, in which any part can be replaced. */

import { concat, parseAaguid, toBase64url, utf8 } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { generateSigningKey, type SigningKey, sha256 } from '#protocol/crypto.ts';
import type { RegistrationResponseJson } from '../registration-response.ts';

export const testAaguid = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
export const testKey: SigningKey = generateSigningKey('ES256', systemRandom);

/** Signs an attestation statement's bytes: authData || clientDataHash. */
export interface Attester {
  alg: number;
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
  x5c?: Uint8Array[];
}

export interface RegistrationParts {
  challenge: string;
  origin?: string;
  rpId?: string;
  /** Members of the client data to add or replace. */
  clientData?: Record<string, unknown>;
  /** Used as the client data without changes. */
  clientDataBytes?: Uint8Array;
  flags?: number;
  aaguid?: string;
  credentialId?: Uint8Array;
  publicKey?: CborMap;
  extensions?: CborMap;
  /** Changes authData before it is signed. */
  authData?(bytes: Uint8Array): Uint8Array;
  fmt?: string;
  /** Makes a `packed` statement with this signer, instead of `none`. */
  attester?: Attester;
  /** Changes the statement after it was signed. */
  attStmt?(statement: CborMap): CborValue;
  /** Changes the encoded attestation object. */
  attestationObject?(bytes: Uint8Array): Uint8Array;
  transports?: string[];
  attachment?: string | null;
}

export const selfAttester = (key: SigningKey = testKey): Attester => ({ alg: key.alg, sign: (data) => key.sign(data) });

export async function makeRegistration(parts: RegistrationParts): Promise<RegistrationResponseJson> {
  const { origin = 'http://localhost:1234', rpId = 'localhost', attester, transports = ['usb', 'nfc'] } = parts;
  const credentialId = parts.credentialId ?? systemRandom.bytes(32);
  const clientData = {
    type: 'webauthn.create',
    challenge: parts.challenge,
    origin,
    crossOrigin: false,
    ...parts.clientData,
  };
  const clientDataJSON = parts.clientDataBytes ?? utf8(JSON.stringify(clientData));
  const validAuthData = encodeAuthenticatorData({
    rpIdHash: sha256(rpId),
    flags: parts.flags ?? flag.UP | flag.UV,
    signCount: 0,
    attestedCredentialData: {
      aaguid: parseAaguid(parts.aaguid ?? testAaguid),
      credentialId,
      credentialPublicKey: encode(parts.publicKey ?? testKey.publicKey),
    },
    extensions: parts.extensions,
  });
  const authData = parts.authData?.(validAuthData) ?? validAuthData;
  const signed = attester && (await signStatement(attester, concat(authData, sha256(clientDataJSON))));
  const attStmt: CborMap = signed ?? new Map();
  const object: CborMap = new Map<string, CborValue>([
    ['fmt', parts.fmt ?? (attester ? 'packed' : 'none')],
    ['attStmt', parts.attStmt?.(attStmt) ?? attStmt],
    ['authData', authData],
  ]);
  const attestationObject = parts.attestationObject?.(encode(object)) ?? encode(object);
  return {
    id: toBase64url(credentialId),
    rawId: toBase64url(credentialId),
    type: 'public-key',
    authenticatorAttachment: parts.attachment === undefined ? 'cross-platform' : parts.attachment,
    response: {
      clientDataJSON: toBase64url(clientDataJSON),
      attestationObject: toBase64url(attestationObject),
      transports,
    },
    clientExtensionResults: { credProps: { rk: true } },
  };
}

async function signStatement({ alg, sign, x5c }: Attester, signed: Uint8Array): Promise<CborMap> {
  const map: CborMap = new Map<string, CborValue>([
    ['alg', alg],
    ['sig', await sign(signed)],
  ]);
  if (x5c) map.set('x5c', x5c);
  return map;
}
