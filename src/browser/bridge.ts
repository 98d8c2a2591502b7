/**
 * The bridge between the pages of a browser context and a `WebAuthnHandler`, as an interface. There are two routes:
 *
 * - `proxy`: an extension receives the requests from Chromium itself (`proxy/`). The page keeps its native objects.
 * - `shim`: an init script replaces `navigator.credentials` in every document (`shim/`). It works in every engine and over
 *   a remote connection, and also serves conditional requests, signal methods and malformed responses.
 */
import type { BrowserContext } from 'playwright';
import type { WebAuthnHandler } from './webauthn-handler.ts';

export const browserEngines = ['chromium', 'firefox', 'webkit'] as const;
export type BrowserEngine = (typeof browserEngines)[number];

export const bridgeRoutes = ['proxy', 'shim'] as const;
export type BridgeRoute = (typeof bridgeRoutes)[number];

export interface Bridge extends AsyncDisposable {
  /**
   * Sends the WebAuthn requests of `context` to `handler`, starting with the next request after this resolves.
   * @throws {Error} when the browser does not allow it.
   */
  attach(context: BrowserContext, handler: WebAuthnHandler): Promise<BridgeSession>;
}

/** The bridge of one browser context. */
export interface BridgeSession {
  /** Handles new requests. A running request stays with the handler that received it. */
  handler: WebAuthnHandler;
  readonly problems: readonly BridgeProblem[];
  /**
   * Ends the bridge: pending requests fail in the page, and the browser handles WebAuthn itself again. On the proxy route it does so when
   * the last context of the browser is closed; until then, requests fail.
   */
  close(): Promise<void>;
}

export type BridgedCall = 'create' | 'get' | 'is-uvpaa' | 'capabilities' | 'signal';

/** A failure whose details the page does not get: it only saw an UnknownError. */
export interface BridgeProblem {
  /**
   * `handler-failed`: the handler threw something other than a WebAuthnError; `answer-refused`: no credential could be made
   * from its result; `origin-mismatch`: the page reported another origin than its frame has.
   */
  kind: 'handler-failed' | 'answer-refused' | 'origin-mismatch';
  ceremony: BridgedCall;
  error: Error;
}
