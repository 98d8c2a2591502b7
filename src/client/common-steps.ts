/**
 * The steps that create() and get() share before any authenticator is touched: WebAuthn L3 section 5.1.3 steps 4, 6 to 8 and
 * 13 to 15, the same in 5.1.4.
 */
import { clientPolicy } from './ceremony.ts';
import { type CollectedClientData, hashClientData, serializeClientData } from './client-data.ts';
import type { ClientContext } from './context.ts';

/** Step 4: the page's wish, moved into the client's range. */
export function ceremonyTimeoutMs(wishedMs: number | undefined, context: ClientContext): number {
  const { minMs, maxMs, defaultMs } = clientPolicy(context).timeout;
  return wishedMs === undefined ? defaultMs : Math.min(Math.max(wishedMs, minMs), maxMs);
}

/** Steps 13 to 15. */
export function collectClientData(type: CollectedClientData['type'], challenge: Uint8Array, context: ClientContext) {
  const { origin, topOrigin } = context;
  const crossOrigin = context.crossOrigin ?? (topOrigin !== undefined && topOrigin !== origin);
  const clientDataJSON = serializeClientData({ type, challenge, origin, crossOrigin, topOrigin });
  return { clientDataJSON, clientDataHash: hashClientData(clientDataJSON) };
}
