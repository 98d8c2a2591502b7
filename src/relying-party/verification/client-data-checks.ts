/** Checks of the client data that registration and sign-in share, WebAuthn L3 section 7.1 steps 9 to 11 and section 7.2 steps 12 to 14. */
import { RefusalError } from '../refusals.ts';
import type { ClientData } from './client-data.ts';

export function verifyOrigin({ origin }: ClientData, expected: string): void {
  if (origin !== expected) throw new RefusalError('origin-mismatch', `Expected origin ${expected}, got ${origin}`);
}

/** The portal is never embedded in another page, so `crossOrigin` must not be true and `topOrigin` must be absent. */
export function verifyNotEmbedded({ crossOrigin, topOrigin }: ClientData): void {
  if (crossOrigin === true || topOrigin !== undefined)
    throw new RefusalError('cross-origin', `The page was embedded; topOrigin is ${topOrigin ?? 'absent'}`);
}
