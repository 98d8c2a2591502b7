/**
 * The bridge of one browser context on the proxy route: turns the extension's messages into calls of a `WebAuthnHandler` and
 * sends back its results or errors. Every request gets exactly one response, unless the browser cancelled it.
 */
import { WebAuthnError } from '#protocol/errors.ts';
import type { BridgeProblem, BridgeSession } from '../bridge.ts';
import { abortError, bridgeProblem, toPageError } from '../bridge-failure.ts';
import type { CeremonyRequest, WebAuthnHandler } from '../webauthn-handler.ts';
import type { BridgeConnection } from './proxy-socket.ts';
import type { RequestOrigins } from './request-origins.ts';

type Ceremony = 'create' | 'get' | 'is-uvpaa';

/** The messages that `extension/worker.js` sends. */
type WorkerMessage =
  | { type: 'request'; ceremony: Ceremony; requestId: number; requestDetailsJson?: string }
  | { type: 'canceled'; requestId: number }
  | { type: 'refused'; ceremony: Ceremony; message: string };

/** What the worker receives: the members of the proxy API's `CreateResponseDetails` and its siblings, without the id. */
type ResponseDetails = { responseJson: string } | { isUvpaa: boolean } | { error: { name: string; message: string } };

export class ProxySession implements BridgeSession {
  handler: WebAuthnHandler;
  readonly problems: BridgeProblem[] = [];
  readonly #connection: BridgeConnection;
  readonly #origins: RequestOrigins;
  readonly #detach: () => Promise<void>;
  readonly #pending = new Map<number, AbortController>();
  #isOpen = true;

  /** `detach` is called when the session or the context is closed, maybe more than once. */
  constructor(
    connection: BridgeConnection,
    handler: WebAuthnHandler,
    origins: RequestOrigins,
    detach: () => Promise<void>,
  ) {
    this.handler = handler;
    this.#connection = connection;
    this.#origins = origins;
    this.#detach = detach;
    connection.onMessage((message) => this.#receive(message as WorkerMessage));
    connection.onClose(() => {
      this.#isOpen = false;
      for (const controller of this.#pending.values()) controller.abort(abortError('The browser context was closed'));
      this.#pending.clear();
      void this.#detach();
    });
  }

  /** False after `close` and after the browser context was closed. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#connection.close();
    await this.#detach();
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
    if (!(error instanceof WebAuthnError) && !signal.aborted) this.#record('handler-failed', ceremony, error);
    return ceremony === 'is-uvpaa' ? { isUvpaa: false } : { error: toPageError(error) };
  }

  #record(kind: BridgeProblem['kind'], ceremony: Ceremony, cause: unknown): void {
    this.problems.push(bridgeProblem(kind, ceremony, cause));
  }
}

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
