/**
 * HMAC Secret, CTAP 2.1 section 12.5, platform side: how salts go to the authenticator and outputs come back, for the two
 * client extensions built on it (`hmac-create-secret.ts`, `prf.ts`).
 */
import { concat } from '#base/bytes.ts';
import type { CborValue } from '#protocol/cbor.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { PinUvAuthSession } from '../pin-protocol.ts';
import type { AuthenticatorExtensions } from './extension.ts';

const identifier = 'hmac-secret';
const saltLength = 32;

export const hasHmacSecret = ({ extensions }: AuthenticatorInfo): boolean => extensions?.includes(identifier) === true;

/** makeCredential: the authenticator is asked to make the secret. */
export const createSecret = (info: AuthenticatorInfo): AuthenticatorExtensions =>
  hasHmacSecret(info) ? { [identifier]: true } : {};

export const wasCreated = (outputs: ReadonlyMap<unknown, CborValue>): boolean => outputs.get(identifier) === true;

/** getAssertion: one or two salts of 32 bytes. */
export function salts(session: PinUvAuthSession, first: Uint8Array, second?: Uint8Array): AuthenticatorExtensions {
  const saltEnc = session.encrypt(second ? concat(first, second) : first);
  const input = new Map<number, CborValue>([
    [1, session.keyAgreement],
    [2, saltEnc],
    [3, session.authenticate(saltEnc)],
    [4, session.protocol.version],
  ]);
  return { [identifier]: input };
}

/**
 * The outputs for the salts, 32 bytes each; none when the authenticator gave none.
 * @throws {ProtocolViolation} for an output of another length.
 */
export function secrets(outputs: ReadonlyMap<unknown, CborValue>, session: PinUvAuthSession): Uint8Array[] {
  const encrypted = outputs.get(identifier);
  if (encrypted === undefined) return [];
  if (!(encrypted instanceof Uint8Array)) throw malformed('it must be a byte string');
  const plain = session.decrypt(encrypted);
  if (plain.length !== saltLength && plain.length !== 2 * saltLength) throw malformed(`it has ${plain.length} bytes`);
  return plain.length === saltLength ? [plain] : [plain.slice(0, saltLength), plain.slice(saltLength)];
}

const malformed = (message: string) =>
  new ProtocolViolation(
    'response.hmac-secret',
    'CTAP 2.1 section 12.5',
    0,
    `cannot use the hmac-secret output: ${message}`,
  );
