/** Extension `hmac-secret`, CTAP 2.1 section 12.5. Every credential has its two CredRandoms, asked for at creation or not. */
import { concat } from '#protocol/bytes.ts';
import { hmacSha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import { anyMap, boolean, bytes, message, optional, required, unsigned } from '#protocol/message.ts';
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
    const request = hmacGetSecret.parse(input, 'hmac-secret');
    if (!user.present) throw new CtapError('CTAP2_ERR_UNSUPPORTED_OPTION', 'hmac-secret needs up');
    const protocol = env.pinUvAuth.protocol(request.pinUvAuthProtocol ?? 1);
    const secret = env.pinUvAuth.decapsulate(protocol, request.keyAgreement);
    if (!protocol.verify(secret, request.saltEnc, request.saltAuth))
      throw new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', 'saltAuth');
    const salts = decryptSalts(() => protocol.decrypt(secret, request.saltEnc));
    const credRandom = env.state.persistent.keys.credRandom(credential.id, user.verified);
    return protocol.encrypt(secret, concat(...salts.map((salt) => hmacSha256(credRandom, salt))), env.random);
  },
};

/** One or two salts of 32 bytes. */
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
