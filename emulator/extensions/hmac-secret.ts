/**
 * Extension `hmac-secret`, CTAP 2.1 section 12.5. Every credential has its two CredRandom values, even if the extension
 * was not requested at creation.
 */
import { concat } from '#base/bytes.ts';
import type { CborValue } from '#protocol/cbor.ts';
import { hmacSha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import { anyMap, boolean, bytes, message, optional, required, unsigned } from '#protocol/message.ts';
import type { PinUvAuthProtocol } from '#protocol/pin-uv-auth.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Extension } from './extension.ts';

const hmacGetSecret = message({
  keyAgreement: required(0x01, anyMap),
  saltEnc: required(0x02, bytes),
  saltAuth: required(0x03, bytes),
  pinUvAuthProtocol: optional(0x04, unsigned),
});

export const hmacSecret: Extension = {
  id: 'hmac-secret',

  onMakeCredential: (input) => (boolean.parse(input, 'hmac-secret') ? { output: true } : {}),

  onGetAssertion(input, { credential, user }, env) {
    if (!user.present) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'hmac-secret requires user presence');
    const salts = readSalts(input, 'hmac-secret', env);
    return { output: computeSecrets(credential.id, user.verified, salts, env) };
  },
};

interface Salts {
  protocol: PinUvAuthProtocol;
  sharedSecret: Uint8Array;
  /** One or two salts of 32 bytes. */
  values: Uint8Array[];
}

/**
 * Returns the decrypted salts of an input after it has checked saltAuth and their length.
 * @throws {CtapError} CTAP2_ERR_PIN_AUTH_INVALID for a wrong saltAuth, CTAP1_ERR_INVALID_LENGTH for salts of another length,
 * CTAP1_ERR_INVALID_PARAMETER for an unsupported protocol or an invalid key.
 */
export function readSalts(input: CborValue, id: string, { pinUvAuth }: AuthenticatorEnv): Salts {
  const request = hmacGetSecret.parse(input, id);
  const protocol = pinUvAuth.protocol(request.pinUvAuthProtocol ?? 1);
  const sharedSecret = pinUvAuth.decapsulate(protocol, request.keyAgreement);
  if (!protocol.verify(sharedSecret, request.saltEnc, request.saltAuth))
    throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', 'saltAuth');
  return { protocol, sharedSecret, values: decryptSalts(() => protocol.decrypt(sharedSecret, request.saltEnc)) };
}

/** Returns HMAC-SHA-256 of each salt with the CredRandom of the credential as key, encrypted for the platform. */
export function computeSecrets(
  credentialId: Uint8Array,
  verified: boolean,
  { protocol, sharedSecret, values }: Salts,
  { state, random, faultHooks: { rules } }: AuthenticatorEnv,
): Uint8Array {
  const credRandom = rules.separateHmacSecrets
    ? state.persistent.keys.credRandom(credentialId, verified && rules.separateVerifiedSecrets)
    : new Uint8Array(32);
  return protocol.encrypt(sharedSecret, concat(...values.map((salt) => hmacSha256(credRandom, salt))), random);
}

function decryptSalts(decrypt: () => Uint8Array): Uint8Array[] {
  try {
    const salts = decrypt();
    if (salts.length === 32) return [salts];
    if (salts.length === 64) return [salts.subarray(0, 32), salts.subarray(32)];
    throw new CtapError('CTAP1_ERR_INVALID_LENGTH', `${salts.length} bytes of salt`);
  } catch (cause) {
    if (cause instanceof RangeError) throw new CtapError('CTAP1_ERR_INVALID_LENGTH', 'saltEnc', { cause });
    throw cause;
  }
}
