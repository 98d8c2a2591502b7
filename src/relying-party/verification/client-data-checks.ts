/** Checks of the client data that registration and sign-in share, WebAuthn L3 section 7.1 steps 9 to 11 and section 7.2 steps 12 to 14. */
import type { ClientData } from './client-data.ts';
import type { Refuse } from './rules.ts';

export function verifyType({ type }: ClientData, expected: 'webauthn.create' | 'webauthn.get', refuse: Refuse): void {
  if (type !== expected) refuse('client-data.type', 'type-mismatch', `Expected type ${expected}, got ${type}`);
}

export function verifyOrigin({ origin }: ClientData, expected: string, refuse: Refuse): void {
  if (origin !== expected)
    refuse('client-data.origin', 'origin-mismatch', `Expected origin ${expected}, got ${origin}`);
}

/** The portal is never embedded in another page, so `crossOrigin` must not be true and `topOrigin` must be absent. */
export function verifyNotEmbedded({ crossOrigin, topOrigin }: ClientData, refuse: Refuse): void {
  if (crossOrigin === true)
    refuse('client-data.cross-origin', 'cross-origin', `The page was embedded; topOrigin is ${topOrigin ?? 'absent'}`);
  if (topOrigin !== undefined)
    refuse('client-data.top-origin', 'cross-origin', `The page was embedded; topOrigin is ${topOrigin}`);
}
