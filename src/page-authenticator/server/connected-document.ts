/** A document that has connected over a WebSocket, for the session of the shim. */
import type { WebSocket } from 'ws';
import type { DocumentHost } from '#browser/shim/document-host.ts';

/**
 * `origin`: the Origin header of the handshake, which the browser sets and the page cannot change. There is no frame tree here, so
 * where the engine does not show the permissions policy to the page, only documents without cross-origin ancestors are allowed:
 * the default allowlist is 'self' (WebAuthn L3 section 5.9).
 */
export const connectedDocument = (socket: WebSocket, origin: string): DocumentHost => ({
  page: socket,
  address: origin,
  hasOrigin: async (claimed) => claimed === origin,
  allows: async (_feature, origins) => origins.every((ancestor) => ancestor === origin),
  watch(_documentId, onGone) {
    socket.once('close', onGone);
    return () => socket.off('close', onGone);
  },
});
