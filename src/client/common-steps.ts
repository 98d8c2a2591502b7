/**
 * Steps that create() and get() share before any authenticator is contacted: WebAuthn L3 section 5.1.3 step 4 and steps 13
 * to 15, and the same steps of section 5.1.4.
 */
import { clientPolicy } from './ceremony.ts';
import { type CollectedClientData, hashClientData, serializeClientData } from './client-data.ts';
import type { ClientContext } from './context.ts';

/** Step 4: returns the page's timeout, limited to the client's range, in milliseconds. */
export function ceremonyTimeoutMs(requestedMs: number | undefined, context: ClientContext): number {
  const { minMs, maxMs, defaultMs } = clientPolicy(context).timeout;
  return requestedMs === undefined ? defaultMs : Math.min(Math.max(requestedMs, minMs), maxMs);
}

/** Steps 13 to 15: returns the serialized client data and its hash. */
export function collectClientData(type: CollectedClientData['type'], challenge: Uint8Array, context: ClientContext) {
  const { origin, topOrigin } = context;
  const crossOrigin = context.crossOrigin ?? (topOrigin !== undefined && topOrigin !== origin);
  const clientDataJSON = serializeClientData({ type, challenge, origin, crossOrigin, topOrigin });
  return { clientDataJSON, clientDataHash: hashClientData(clientDataJSON) };
}
