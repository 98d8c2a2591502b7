/** A `WebAuthnHandler` that answers at once, with credentials that are just well-formed enough for Chromium to hand to a page. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { concat, fromHex, toBase64url, uint, utf8 } from '#protocol/bytes.ts';
import type { CeremonyRequest, WebAuthnHandler } from '../webauthn-handler.ts';

export const credentialId = fromHex('00112233445566778899aabbccddeeff');

/** A RegistrationResponseJSON with attestation `none` that Chromium takes for well-formed; AAGUID 01 01 ... 01. */
export function registration({ origin, publicKey }: CeremonyRequest) {
  const { challenge, rp } = publicKey as { challenge: string; rp: { id: string } };
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
  const cose = concat(fromHex('a5010203262001215820'), spki.subarray(-64, -32), fromHex('225820'), spki.subarray(-32));
  const attested = concat(new Uint8Array(16).fill(1), uint(credentialId.length, 2), credentialId, cose);
  const authData = concat(createHash('sha256').update(rp.id).digest(), fromHex('45'), uint(0, 4), attested);
  const head = fromHex('a363666d74646e6f6e656761747453746d74a068617574684461746158'); // {fmt: "none", attStmt: {}, authData: bytes
  return {
    id: toBase64url(credentialId),
    rawId: toBase64url(credentialId),
    type: 'public-key',
    authenticatorAttachment: 'cross-platform',
    response: {
      clientDataJSON: toBase64url(
        utf8(JSON.stringify({ type: 'webauthn.create', challenge, origin, crossOrigin: false })),
      ),
      attestationObject: toBase64url(concat(head, uint(authData.length, 1), authData)),
      authenticatorData: toBase64url(authData),
      publicKey: toBase64url(spki),
      publicKeyAlgorithm: -7,
      transports: ['nfc', 'usb'],
    },
    clientExtensionResults: { credProps: { rk: true } },
  };
}

function assertion({ origin, publicKey }: CeremonyRequest) {
  const { challenge, rpId } = publicKey as { challenge: string; rpId: string };
  const authData = concat(createHash('sha256').update(rpId).digest(), fromHex('05'), uint(7, 4));
  return {
    id: toBase64url(credentialId),
    rawId: toBase64url(credentialId),
    type: 'public-key',
    authenticatorAttachment: 'cross-platform',
    response: {
      clientDataJSON: toBase64url(utf8(JSON.stringify({ type: 'webauthn.get', challenge, origin }))),
      authenticatorData: toBase64url(authData),
      signature: 'AAAA',
      userHandle: 'AQID',
    },
    clientExtensionResults: {},
  };
}

/** Says yes to everything. */
export const answering: WebAuthnHandler = {
  create: async (request) => registration(request),
  get: async (request) => assertion(request),
  isUserVerifyingPlatformAuthenticatorAvailable: async () => true,
};
