/** The PIN as the authenticator stores it, and the limits of its length. CTAP 2.1 sections 6.5.2.2 and 6.5.5.5. */
import { utf8 } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import { defaultMaxPinLength } from './personas/management-features.ts';
import type { Persona } from './personas/persona.ts';
import type { StoredPin } from './state.ts';

/** `bytes` is the PIN in UTF-8; `codePoints` is its length, kept for minPINLength. */
export const createStoredPin = (bytes: Uint8Array, codePoints: number): StoredPin => ({
  hash: sha256(bytes).slice(0, 16),
  codePoints,
});

/** CTAP 2.1 section 6.5.1: a PIN has at most 63 bytes in UTF-8. */
const maxPinBytes = 63;

/** Returns why an authenticator of the model cannot have the PIN; undefined if it can. */
export function findPinProblem(pin: string, { options, minPinLength, features, id }: Persona): string | undefined {
  if (options.clientPin === undefined) return `Cannot set a PIN: ${id} has no client PIN`;
  const { bytes, codePoints } = encodePin(pin);
  const maxLength = features?.maxPINLength ?? defaultMaxPinLength;
  if (codePoints >= minPinLength && codePoints <= maxLength && bytes.length <= maxPinBytes) return undefined;
  const expected =
    maxLength < maxPinBytes ? `${minPinLength} to ${maxLength} code points` : `at least ${minPinLength} code points`;
  return (
    `Cannot set a PIN of ${codePoints} code points and ${bytes.length} bytes: ` +
    `expected ${expected} and at most ${maxPinBytes} bytes`
  );
}

/**
 * Returns the PIN of a new authenticator.
 * @throws {UsageError} if the model has no PIN, or `pin` is too short or too long.
 */
export function createInitialPin(pin: string, persona: Persona): StoredPin {
  const problem = findPinProblem(pin, persona);
  if (problem !== undefined) throw new UsageError(problem);
  const { bytes, codePoints } = encodePin(pin);
  return createStoredPin(bytes, codePoints);
}

/** CTAP 2.1 section 6.5.1: Unicode normalization form C, encoded in UTF-8. */
function encodePin(pin: string): { bytes: Uint8Array; codePoints: number } {
  const normalized = pin.normalize('NFC');
  return { bytes: utf8(normalized), codePoints: [...normalized].length };
}
