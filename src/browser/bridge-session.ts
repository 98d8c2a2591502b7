/**
 * One browser context's side of the bridge: turns the extension's messages into calls of a `WebAuthnHandler` and its results
 * or errors into answers. Every request is answered exactly once, unless the browser withdrew it.
 */
import { WebAuthnError } from '#protocol/errors.ts';
import type { BridgeConnection } from './bridge-socket.ts';
import type { RequestOrigins } from './request-origins.ts';
import type { CeremonyRequest, WebAuthnHandler } from './webauthn-handler.ts';

type Ceremony = 'create' | 'get' | 'is-uvpaa';

/** Something that went wrong behind the page's back; the page saw an UnknownError. */
export interface BridgeProblem {
  /** `handler-failed`: it threw something other than a WebAuthnError; `answer-refused`: the browser would not take its answer. */
  kind: 'handler-failed' | 'answer-refused';
  ceremony: Ceremony;
  error: Error;
}

/** What `extension/worker.js` sends. */
type WorkerMessage =
  | { type: 'request'; ceremony: Ceremony; requestId: number; requestDetailsJson?: string }
  | { type: 'canceled'; requestId: number }
  | { type: 'refused'; ceremony: Ceremony; message: string };

/** What it takes: the fields of the proxy API's `CreateResponseDetails` and its siblings, without the id. */
type Answer = { responseJson: string } | { isUvpaa: boolean } | { error: { name: string; message: string } };

export class BridgeSession {
  /** Who answers from now on; a request under way stays with the handler that got it. */
  handler: WebAuthnHandler;
  readonly problems: BridgeProblem[] = [];
  readonly #connection: BridgeConnection;
  readonly #callers: RequestOrigins;
  readonly #pending = new Map<number, AbortController>();

  constructor(connection: BridgeConnection, handler: WebAuthnHandler, callers: RequestOrigins) {
    this.handler = handler;
    this.#connection = connection;
    this.#callers = callers;
    connection.onMessage((message) => this.#receive(message as WorkerMessage));
    connection.onClose(() => {
      for (const aborter of this.#pending.values()) aborter.abort(gaveUp('the browser context is gone'));
      this.#pending.clear();
    });
  }

  /** Gives WebAuthn back to the browser; requests still pending fail in the page. */
  close(): void {
    this.#connection.close();
  }

  #receive(message: WorkerMessage): void {
    if (message.type === 'request') void this.#answer(message.requestId, message.ceremony, message.requestDetailsJson);
    else if (message.type === 'refused') this.#record('answer-refused', message.ceremony, new Error(message.message));
    else {
      const aborter = this.#pending.get(message.requestId);
      this.#pending.delete(message.requestId);
      aborter?.abort(gaveUp('the page aborted the ceremony'));
    }
  }

  async #answer(requestId: number, ceremony: Ceremony, details?: string): Promise<void> {
    const aborter = new AbortController();
    this.#pending.set(requestId, aborter);
    const answer = await (details === undefined
      ? this.#askAvailability()
      : this.#ask(ceremony as 'create' | 'get', details, aborter)
    ).catch((error) => this.#failure(ceremony, error, aborter.signal));
    if (this.#pending.delete(requestId)) this.#connection.send({ requestId, ...answer });
  }

  async #askAvailability(): Promise<Answer> {
    return { isUvpaa: await this.handler.isUserVerifyingPlatformAuthenticatorAvailable() };
  }

  /** Asks the handler; its signal aborts when everyone who may have asked has left. */
  async #ask(ceremony: 'create' | 'get', details: string, aborter: AbortController): Promise<Answer> {
    const request = ceremonyRequest(details, this.#callers);
    const left = () => aborter.abort(gaveUp('the page that asked has gone'));
    const stopWatching = this.#callers.whenGone(request.origin, left);
    try {
      return { responseJson: JSON.stringify(await this.handler[ceremony](request, aborter.signal)) };
    } finally {
      stopWatching();
    }
  }

  #failure(ceremony: Ceremony, error: unknown, signal: AbortSignal): Answer {
    const expected = error instanceof WebAuthnError;
    if (!expected && !signal.aborted) this.#record('handler-failed', ceremony, error);
    if (ceremony === 'is-uvpaa') return { isUvpaa: false };
    if (expected) return { error: { name: error.name, message: error.message } };
    return { error: { name: 'UnknownError', message: 'The request could not be completed.' } };
  }

  #record(kind: BridgeProblem['kind'], ceremony: Ceremony, cause: unknown): void {
    this.problems.push({ kind, ceremony, error: cause instanceof Error ? cause : new Error(String(cause)) });
  }
}

const gaveUp = (why: string) => new WebAuthnError('AbortError', why);

/** The request as the page made it, with the caller that Chromium added to its extensions taken out and believed. */
function ceremonyRequest(details: string, callers: RequestOrigins): CeremonyRequest {
  const { extensions = {}, ...options } = JSON.parse(details);
  const { remoteDesktopClientOverride: caller, ...pageExtensions } = extensions;
  if (typeof caller?.origin !== 'string')
    throw new Error('the browser did not say which origin asks; cannot answer it');
  const crossOrigin = caller.sameOriginWithAncestors !== true;
  const topOrigin = crossOrigin ? callers.topOriginOf(caller.origin) : undefined;
  return {
    origin: caller.origin,
    ...(topOrigin === undefined ? {} : { topOrigin }),
    crossOrigin,
    publicKey: Object.keys(pageExtensions).length > 0 ? { ...options, extensions: pageExtensions } : options,
  };
}
