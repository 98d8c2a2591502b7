/**
 * One browser context's side of the bridge: turns the extension's messages into calls of a `WebAuthnHandler` and its results
 * or errors into answers. Every request is answered exactly once unless the browser withdrew it.
 */
import { WebAuthnError } from '#protocol/errors.ts';
import type { BridgeConnection } from './bridge-socket.ts';
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

/** Finds the top-level origin above a cross-origin frame of `origin`, where the frame tree leaves no doubt. */
export type TopOriginOf = (origin: string) => string | undefined;

export class BridgeSession {
  /** Who answers from now on; a request under way stays with the handler that got it. */
  handler: WebAuthnHandler;
  readonly problems: BridgeProblem[] = [];
  readonly #connection: BridgeConnection;
  readonly #topOriginOf: TopOriginOf;
  readonly #pending = new Map<number, AbortController>();

  constructor(connection: BridgeConnection, handler: WebAuthnHandler, topOriginOf: TopOriginOf) {
    this.handler = handler;
    this.#connection = connection;
    this.#topOriginOf = topOriginOf;
    connection.onMessage((message) => this.#receive(message as WorkerMessage));
    connection.onClose(() => {
      for (const requestId of this.#pending.keys()) this.#withdraw(requestId, 'the browser context is gone');
    });
  }

  /** Gives WebAuthn back to the browser; requests still pending fail in the page. */
  close(): void {
    this.#connection.close();
  }

  #receive(message: WorkerMessage): void {
    if (message.type === 'request') void this.#answer(message.requestId, message.ceremony, message.requestDetailsJson);
    else if (message.type === 'canceled') this.#withdraw(message.requestId, 'the page gave up the ceremony');
    else this.#record('answer-refused', message.ceremony, new Error(message.message));
  }

  #withdraw(requestId: number, why: string): void {
    const aborter = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    aborter?.abort(new WebAuthnError('AbortError', why));
  }

  async #answer(requestId: number, ceremony: Ceremony, details = '{}'): Promise<void> {
    const aborter = new AbortController();
    this.#pending.set(requestId, aborter);
    const answer = await this.#ask(ceremony, details, aborter.signal).catch((error) =>
      this.#failure(ceremony, error, aborter.signal),
    );
    if (this.#pending.delete(requestId)) this.#connection.send({ requestId, ...answer });
  }

  async #ask(ceremony: Ceremony, details: string, signal: AbortSignal): Promise<Answer> {
    if (ceremony === 'is-uvpaa') return { isUvpaa: await this.handler.isUserVerifyingPlatformAuthenticatorAvailable() };
    const response = await this.handler[ceremony](ceremonyRequest(details, this.#topOriginOf), signal);
    return { responseJson: JSON.stringify(response) };
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

/** The request as the page made it, with the caller that Chromium added to its extensions taken out and believed. */
function ceremonyRequest(details: string, topOriginOf: TopOriginOf): CeremonyRequest {
  const { extensions = {}, ...options } = JSON.parse(details);
  const { remoteDesktopClientOverride: caller, ...pageExtensions } = extensions;
  if (typeof caller?.origin !== 'string')
    throw new Error('the browser did not say which origin asks; cannot answer it');
  const crossOrigin = caller.sameOriginWithAncestors !== true;
  const topOrigin = crossOrigin ? topOriginOf(caller.origin) : undefined;
  return {
    origin: caller.origin,
    ...(topOrigin === undefined ? {} : { topOrigin }),
    crossOrigin,
    publicKey: Object.keys(pageExtensions).length > 0 ? { ...options, extensions: pageExtensions } : options,
  };
}
