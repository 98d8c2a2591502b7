/** Registers a credential with an emulated authenticator and returns what a relying party receives. */
import { toBase64url, utf8 } from '#base/bytes.ts';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { type AuthenticatorOptions, createAuthenticator } from '../../index.ts';
import { encodeCommand, makeCredentialRequest } from '../../testing/test-platform.ts';

export const origin = 'https://example.com';
export const rpId = 'example.com';

/**
 * Registers a credential with one algorithm. `challenge` is base64url. Returns the attestation object and, as `json`,
 * the credential as WebAuthn's RegistrationResponseJSON.
 * @throws {Error} if the authenticator does not return CTAP2_OK.
 */
export async function register(algorithm: CoseAlgorithm, options: AuthenticatorOptions, challenge: string) {
  const clientDataJSON = utf8(JSON.stringify({ type: 'webauthn.create', challenge, origin, crossOrigin: false }));
  const pubKeyCredParams = [{ type: 'public-key', alg: coseAlgorithms[algorithm].alg }];
  const request = makeCredentialRequest({ clientDataHash: sha256(clientDataJSON), pubKeyCredParams });
  const { authenticatorMakeCredential } = commands;
  const response = await createAuthenticator(options).process(
    encodeCommand('authenticatorMakeCredential', authenticatorMakeCredential.request.encode(request)),
  );
  if (response[0] !== 0) throw new Error(`authenticatorMakeCredential returned status 0x${response[0]?.toString(16)}`);
  const members = decode(response.subarray(1), 6) as Map<number, CborValue>;
  const [fmt, authData, attStmt] = [1, 2, 3].map((key) => members.get(key)) as [CborValue, Uint8Array, CborValue];
  const idLength = authData[53]! * 256 + authData[54]!;
  const id = toBase64url(authData.subarray(55, 55 + idLength));
  const attestationObject = encode(new Map<string, CborValue>(Object.entries({ fmt, attStmt, authData })));
  return {
    fmt: fmt as string,
    attestationObject,
    clientDataJSON,
    json: {
      id,
      rawId: id,
      type: 'public-key' as const,
      authenticatorAttachment: 'cross-platform' as const,
      clientExtensionResults: {},
      response: {
        clientDataJSON: toBase64url(clientDataJSON),
        attestationObject: toBase64url(attestationObject),
        transports: ['usb' as const],
      },
    },
  };
}
