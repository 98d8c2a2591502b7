/**
 * HMAC Secret, CTAP 2.1 section 12.5, platform side: encrypts the salts for the authenticator and decrypts its outputs. Used
 * by the two client extensions that build on it (`hmac-create-secret.ts`, `prf.ts`).
 */
import { concat } from '#base/bytes.ts';
import type { CborValue } from '#protocol/cbor.ts';
import { ProtocolViolation } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { PinUvAuthSession } from '../pin-protocol.ts';
import type { AuthenticatorExtensions } from './extension.ts';

const identifier = 'hmac-secret';
const outputLength = 32;

export const hasHmacSecret = ({ extensions }: AuthenticatorInfo): boolean => extensions?.includes(identifier) === true;

/** Returns the makeCredential input that makes the authenticator create a secret. */
export const requestSecret = (info: AuthenticatorInfo): AuthenticatorExtensions =>
  hasHmacSecret(info) ? { [identifier]: true } : {};

/** Returns whether makeCredential created a secret. */
export const isSecretCreated = (outputs: ReadonlyMap<unknown, CborValue>): boolean => outputs.get(identifier) === true;

/** Returns the getAssertion input for one or two salts of 32 bytes. */
export function encryptSalts(
  session: PinUvAuthSession,
  first: Uint8Array,
  second?: Uint8Array,
): AuthenticatorExtensions {
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
 * Returns the outputs for the salts, 32 bytes each; an empty list when the authenticator returned none.
 * @throws {ProtocolViolation} for an output of another length.
 */
export function decryptOutputs(outputs: ReadonlyMap<unknown, CborValue>, session: PinUvAuthSession): Uint8Array[] {
  const encrypted = outputs.get(identifier);
  if (encrypted === undefined) return [];
  if (!(encrypted instanceof Uint8Array)) throw malformed('expected a byte string');
  const plain = session.decrypt(encrypted);
  if (plain.length !== outputLength && plain.length !== 2 * outputLength)
    throw malformed(`expected 32 or 64 bytes, got ${plain.length}`);
  return plain.length === outputLength ? [plain] : [plain.slice(0, outputLength), plain.slice(outputLength)];
}

const malformed = (message: string) =>
  new ProtocolViolation(
    { rule: 'response.hmac-secret', section: 'CTAP 2.1 section 12.5', offset: 0 },
    `Cannot use the hmac-secret output: ${message}`,
  );
