/**
 * The bridge of one browser context: turns the extension's messages into calls of a `WebAuthnHandler` and sends back its
 * results or errors. Every request gets exactly one response, unless the browser cancelled it.
 */
import { messageOf } from '#base/errors.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import type { BridgeConnection } from './bridge-socket.ts';
import type { RequestOrigins } from './request-origins.ts';
import type { CeremonyRequest, WebAuthnHandler } from './webauthn-handler.ts';

type Ceremony = 'create' | 'get' | 'is-uvpaa';

/** A failure whose details the page does not get: it only saw an UnknownError. */
export interface BridgeProblem {
  /** `handler-failed`: the handler threw something other than a WebAuthnError; `answer-refused`: the browser refused its result. */
  kind: 'handler-failed' | 'answer-refused';
  ceremony: Ceremony;
  error: Error;
}

/** The messages that `extension/worker.js` sends. */
type WorkerMessage =
  | { type: 'request'; ceremony: Ceremony; requestId: number; requestDetailsJson?: string }
  | { type: 'canceled'; requestId: number }
  | { type: 'refused'; ceremony: Ceremony; message: string };

/** What the worker receives: the members of the proxy API's `CreateResponseDetails` and its siblings, without the id. */
type ResponseDetails = { responseJson: string } | { isUvpaa: boolean } | { error: { name: string; message: string } };

export class BridgeSession {
  /** Handles new requests. A running request stays with the handler that received it. */
  handler: WebAuthnHandler;
  readonly problems: BridgeProblem[] = [];
  readonly #connection: BridgeConnection;
  readonly #origins: RequestOrigins;
  readonly #pending = new Map<number, AbortController>();

  constructor(connection: BridgeConnection, handler: WebAuthnHandler, origins: RequestOrigins) {
    this.handler = handler;
    this.#connection = connection;
    this.#origins = origins;
    connection.onMessage((message) => this.#receive(message as WorkerMessage));
    connection.onClose(() => {
      for (const controller of this.#pending.values()) controller.abort(abortError('The browser context was closed'));
      this.#pending.clear();
    });
  }

  /** Ends the bridge: pending requests fail in the page, and the browser handles WebAuthn itself again. */
  close(): void {
    this.#connection.close();
  }

  #receive(message: WorkerMessage): void {
    if (message.type === 'request') void this.#respond(message.requestId, message.ceremony, message.requestDetailsJson);
    else if (message.type === 'refused') this.#record('answer-refused', message.ceremony, new Error(message.message));
    else {
      const controller = this.#pending.get(message.requestId);
      this.#pending.delete(message.requestId);
      controller?.abort(abortError('The page aborted the ceremony'));
    }
  }

  async #respond(requestId: number, ceremony: Ceremony, details?: string): Promise<void> {
    const controller = new AbortController();
    this.#pending.set(requestId, controller);
    const response = await (details === undefined
      ? this.#checkAvailability()
      : this.#callHandler(ceremony as 'create' | 'get', details, controller)
    ).catch((error) => this.#failureResponse(ceremony, error, controller.signal));
    if (this.#pending.delete(requestId)) this.#connection.send({ requestId, ...response });
  }

  async #checkAvailability(): Promise<ResponseDetails> {
    return { isUvpaa: await this.handler.isUserVerifyingPlatformAuthenticatorAvailable() };
  }

  /** Calls the handler. Aborts its signal when every frame that may have made the request is gone. */
  async #callHandler(
    ceremony: 'create' | 'get',
    details: string,
    controller: AbortController,
  ): Promise<ResponseDetails> {
    const request = parseRequest(details, this.#origins);
    const onGone = () => controller.abort(abortError('The page that made the request is gone'));
    const stopWatching = this.#origins.whenGone(request.origin, onGone);
    try {
      return { responseJson: JSON.stringify(await this.handler[ceremony](request, controller.signal)) };
    } finally {
      stopWatching();
    }
  }

  #failureResponse(ceremony: Ceremony, error: unknown, signal: AbortSignal): ResponseDetails {
    const isExpected = error instanceof WebAuthnError;
    if (!isExpected && !signal.aborted) this.#record('handler-failed', ceremony, error);
    if (ceremony === 'is-uvpaa') return { isUvpaa: false };
    if (isExpected) return { error: { name: error.name, message: error.message } };
    return { error: { name: 'UnknownError', message: 'The request could not be completed.' } };
  }

  #record(kind: BridgeProblem['kind'], ceremony: Ceremony, cause: unknown): void {
    this.problems.push({ kind, ceremony, error: cause instanceof Error ? cause : new Error(messageOf(cause)) });
  }
}

const abortError = (message: string) => new WebAuthnError('AbortError', message);

/** Returns the request of the page. The calling frame is what Chromium added to the extensions; it is removed from them. */
function parseRequest(details: string, origins: RequestOrigins): CeremonyRequest {
  const { extensions = {}, ...options } = JSON.parse(details);
  const { remoteDesktopClientOverride: caller, ...pageExtensions } = extensions;
  if (typeof caller?.origin !== 'string')
    throw new Error('Cannot handle the request: the browser did not report the origin of the calling frame');
  const crossOrigin = caller.sameOriginWithAncestors !== true;
  const topOrigin = crossOrigin ? origins.topOriginOf(caller.origin) : undefined;
  return {
    origin: caller.origin,
    ...(topOrigin === undefined ? {} : { topOrigin }),
    crossOrigin,
    publicKey: Object.keys(pageExtensions).length > 0 ? { ...options, extensions: pageExtensions } : options,
  };
}
