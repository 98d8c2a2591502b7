/** The client extensions of HMAC Secret, CTAP 2.1 section 12.5: hmacCreateSecret for create(), hmacGetSecret for get(). */
import { fromBase64url, toBase64url } from '#base/bytes.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import type { ClientExtension } from './extension.ts';
import { decryptOutputs, encryptSalts, hasHmacSecret, isSecretCreated, requestSecret } from './hmac-secret.ts';

export const hmacCreateSecret: ClientExtension = {
  create: ({ hmacCreateSecret }) =>
    hmacCreateSecret === true
      ? {
          authenticatorInputs: requestSecret,
          clientOutputs: ({ outputs }) => ({ hmacCreateSecret: isSecretCreated(outputs) }),
        }
      : undefined,

  get({ hmacGetSecret, prf }) {
    if (hmacGetSecret === undefined) return undefined;
    if (prf !== undefined)
      throw new WebAuthnError('NotSupportedError', 'Cannot use hmacGetSecret together with prf: both need hmac-secret');
    const { salt1, salt2 } = Object(hmacGetSecret) as Record<string, unknown>;
    const first = readSalt(salt1, 'salt1');
    const second = salt2 === undefined ? undefined : readSalt(salt2, 'salt2');
    return {
      requiresSharedSecret: hasHmacSecret,
      authenticatorInputs: ({ session }) => (session ? encryptSalts(session, first, second) : {}),
      clientOutputs({ outputs, session }) {
        const [output1, output2] = session ? decryptOutputs(outputs, session) : [];
        if (!output1) return {};
        return {
          hmacGetSecret: { output1: toBase64url(output1), ...(output2 && { output2: toBase64url(output2) }) },
        };
      },
    };
  },
};

function readSalt(value: unknown, name: string): Uint8Array {
  const bytes = typeof value === 'string' && /^[\w-]{43}$/.test(value) ? fromBase64url(value) : undefined;
  if (bytes) return bytes;
  throw new WebAuthnError('TypeError', `Cannot use hmacGetSecret.${name}: expected 32 bytes in base64url`);
}
