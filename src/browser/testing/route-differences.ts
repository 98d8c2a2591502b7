/** What differs between the routes of the bridge. In everything else the contract suite expects the same of all. */
import type { BridgeRoute, BrowserEngine } from '../bridge.ts';

export interface RouteDifferences {
  /** Chromium fills in rp.id and rpId before it proxies a request. On the shim route the client does it. */
  fillsInRpId: boolean;
  /** Chromium raises a shorter timeout to this number of milliseconds. On the shim route the page's own arrives. */
  minTimeoutMs: number | undefined;
  /** Chromium drops transports that it does not know. On the shim route the client ignores them. */
  dropsUnknownTransports: boolean;
  /** Chromium turns every error of a proxied request into a DOMException, also a TypeError. */
  typeErrorBecomesDomException: boolean;
  /** Chromium refuses an attestation object that it cannot parse. The shim passes it to the page. */
  refusesMalformedAttestation: boolean;
  /** The proxy API does not tell which frame made a request, so a subframe that navigates keeps its request. */
  noticesNavigatedSubframe: boolean;
  /** Whether conditional requests and signal methods reach the handler. */
  hasConditionalMediation: boolean;
}

export const routeDifferences: Record<BridgeRoute, RouteDifferences> = {
  proxy: {
    fillsInRpId: true,
    minTimeoutMs: 180_000,
    dropsUnknownTransports: true,
    typeErrorBecomesDomException: true,
    refusesMalformedAttestation: true,
    noticesNavigatedSubframe: false,
    hasConditionalMediation: false,
  },
  shim: {
    fillsInRpId: false,
    minTimeoutMs: undefined,
    dropsUnknownTransports: false,
    typeErrorBecomesDomException: false,
    refusesMalformedAttestation: false,
    noticesNavigatedSubframe: true,
    hasConditionalMediation: true,
  },
};

export interface EngineDifferences {
  /** Which of two requests of a page ends, and with which DOMException. */
  secondRequest: { ends: 'first' | 'second'; error: string };
  /** Whether the engine applies the response header Permissions-Policy. */
  hasPolicyHeader: boolean;
}

export const engineDifferences: Record<BrowserEngine, EngineDifferences> = {
  chromium: { secondRequest: { ends: 'second', error: 'OperationError' }, hasPolicyHeader: true },
  firefox: { secondRequest: { ends: 'first', error: 'AbortError' }, hasPolicyHeader: false },
  webkit: { secondRequest: { ends: 'first', error: 'NotAllowedError' }, hasPolicyHeader: false },
};
