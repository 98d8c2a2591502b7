/** The PIN as the authenticator stores it, and the limits of its length. CTAP 2.1 sections 6.5.2.2 and 6.5.5.5. */
import { utf8 } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { Persona } from './personas/persona.ts';
import type { StoredPin } from './state.ts';

/** `bytes` is the PIN in UTF-8; `codePoints` is its length, kept for minPINLength. */
export const createStoredPin = (bytes: Uint8Array, codePoints: number): StoredPin => ({
  hash: sha256(bytes).slice(0, 16),
  codePoints,
});

/**
 * Returns the PIN of a new authenticator.
 * @throws {UsageError} if the persona has no PIN, or `pin` is too short or too long.
 */
export function createInitialPin(pin: string, { options, minPinLength, id }: Persona): StoredPin {
  const normalized = pin.normalize('NFC');
  const bytes = utf8(normalized);
  const codePoints = [...normalized].length;
  if (options.clientPin === undefined) throw new UsageError(`Cannot set a PIN: ${id} has no client PIN`);
  if (codePoints < minPinLength || bytes.length > 63)
    throw new UsageError(
      `Cannot set a PIN of ${codePoints} code points and ${bytes.length} bytes: ` +
        `expected at least ${minPinLength} code points and at most 63 bytes`,
    );
  return createStoredPin(bytes, codePoints);
}
