/** Checks of the client data that registration and sign-in share, WebAuthn L3 sections 7.1 steps 9-11 and 7.2 steps 12-14. */
import { Refusal } from '../refusals.ts';
import type { ClientData } from './client-data.ts';

export function verifyOrigin({ origin }: ClientData, wanted: string): void {
  if (origin !== wanted) throw new Refusal('origin-mismatch', `origin is ${origin}, wanted ${wanted}`);
}

/** The portal is never shown inside another page, so neither member may say that it was. */
export function verifyNotEmbedded({ crossOrigin, topOrigin }: ClientData): void {
  if (crossOrigin === true || topOrigin !== undefined)
    throw new Refusal('cross-origin', `topOrigin is ${topOrigin ?? 'absent'}`);
}
