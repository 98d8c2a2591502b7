/**
 * The bridge of documents with the shim: turns the messages of its documents into calls of a `WebAuthnHandler`,
 * and does what the browser does around them: permissions policy, one request for each page, and the end of a request whose
 * document is gone. Every message gets exactly one reply.
 */
import { abortable } from '#base/async.ts';
import type { CredentialSignal } from '#client/signals.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import type { BridgedCall, BridgeProblem, BridgeSession } from '../bridge.ts';
import { abortError, bridgeProblem, toPageError } from '../bridge-failure.ts';
import type { WebAuthnHandler } from '../webauthn-handler.ts';
import { callerOf } from './calling-frame.ts';
import { clientCapabilities } from './client-capabilities.ts';
import type { DocumentHost } from './document-host.ts';
import type { CeremonyMessage, PageMessage, Reply, SendingDocument } from './messages.ts';
import type { PendingRequests } from './pending-requests.ts';

export interface ShimParts {
  pending: PendingRequests;
  /** Removes the shim from the documents. */
  uninstall(): Promise<void>;
}

export class ShimSession implements BridgeSession {
  handler: WebAuthnHandler;
  readonly problems: BridgeProblem[] = [];
  readonly #parts: ShimParts;

  constructor(handler: WebAuthnHandler, parts: ShimParts) {
    this.handler = handler;
    this.#parts = parts;
  }

  async close(): Promise<void> {
    this.#parts.pending.endAll(new Error('The bridge was closed'));
    await this.#parts.uninstall();
  }

  /** Handles one message of the document in `host`. Returns the reply as JSON. */
  async receive(host: DocumentHost, text: string): Promise<string> {
    const message = JSON.parse(text) as SendingDocument & PageMessage;
    return JSON.stringify(await this.#reply(host, message));
  }

  async #reply(host: DocumentHost, message: SendingDocument & PageMessage): Promise<Reply> {
    switch (message.type) {
      case 'cancel':
        this.#parts.pending.end(message.requestId, abortError('The page aborted the ceremony'));
        return done;
      case 'refused':
        this.problems.push(bridgeProblem('answer-refused', message.ceremony, new Error(message.message)));
        return done;
      case 'is-uvpaa':
        return this.#call('is-uvpaa', () => this.handler.isUserVerifyingPlatformAuthenticatorAvailable());
      case 'capabilities':
        return this.#call('capabilities', () => clientCapabilities(this.handler));
      case 'signal':
        return this.#call('signal', () => this.#passSignal(host, message.signal, message));
      default:
        return this.#runCeremony(host, message);
    }
  }

  /** Calls the handler and turns the outcome into a reply. */
  async #call(call: BridgedCall, work: () => Promise<unknown>, signal?: AbortSignal): Promise<Reply> {
    try {
      return { value: (await work()) ?? null };
    } catch (error) {
      if (!(error instanceof WebAuthnError) && !signal?.aborted)
        this.problems.push(bridgeProblem('handler-failed', call, error));
      return { error: toPageError(error) };
    }
  }

  async #runCeremony(host: DocumentHost, message: SendingDocument & CeremonyMessage): Promise<Reply> {
    const { type, requestId, documentId } = message;
    const { pending } = this.#parts;
    let controller: AbortController;
    try {
      controller = pending.add(requestId, host.page);
    } catch (error) {
      return { error: toPageError(error) };
    }
    const onGone = () => pending.end(requestId, abortError('The page that made the request is gone'));
    const stopWatching = host.watch(documentId, onGone);
    const { signal } = controller;
    const reply = await this.#call(type, () => abortable(this.#callHandler(host, message, signal), signal), signal);
    stopWatching();
    pending.remove(requestId);
    return reply;
  }

  async #callHandler(
    host: DocumentHost,
    message: SendingDocument & CeremonyMessage,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { handler } = this;
    const { type, mediation, publicKey } = message;
    await this.#checkOrigin(host, message, type);
    if (message.policy === 'unknown') await checkPolicy(host, message);
    if (mediation) await checkMediation(handler, type);
    return await handler[type]({ ...callerOf(message), ...(mediation && { mediation }), publicKey }, signal);
  }

  /** @throws {WebAuthnError} SecurityError when the document claims an origin that its frame does not have. */
  async #checkOrigin(host: DocumentHost, { origin }: SendingDocument, call: BridgedCall): Promise<void> {
    if (await host.hasOrigin(origin)) return;
    const reason = `The document reports the origin ${origin}, but its frame shows ${host.address}`;
    this.problems.push(bridgeProblem('origin-mismatch', call, new Error(reason)));
    throw new WebAuthnError('SecurityError', reason);
  }

  /** Section 5.1.10. The page gets no information about the authenticators. */
  async #passSignal(host: DocumentHost, signal: CredentialSignal, sender: SendingDocument): Promise<void> {
    await this.#checkOrigin(host, sender, 'signal');
    await this.handler.receiveSignal?.(signal, callerOf(sender));
  }
}

const done: Reply = { value: null };

/** Section 5.9. @throws {WebAuthnError} NotAllowedError when the document may not make the request. */
async function checkPolicy(host: DocumentHost, { type, origin, ancestorOrigins }: SendingDocument & CeremonyMessage) {
  const feature = `publickey-credentials-${type}`;
  if (await host.allows(feature, [origin, ...ancestorOrigins])) return;
  throw new WebAuthnError('NotAllowedError', `The permissions policy does not allow ${feature}`);
}

/**
 * Credential Management section 2.5.1 for get(); Firefox answers create() in the same case with NotSupportedError.
 * @throws {WebAuthnError} when the handler has no conditional mediation.
 */
async function checkMediation(handler: WebAuthnHandler, type: 'create' | 'get'): Promise<void> {
  const { conditionalCreate, conditionalGet } = (await handler.getClientCapabilities?.()) ?? {};
  if (type === 'get' ? conditionalGet : conditionalCreate) return;
  const name = type === 'get' ? 'TypeError' : 'NotSupportedError';
  throw new WebAuthnError(name, `Cannot use mediation "conditional" with ${type}(): it is not supported`);
}
