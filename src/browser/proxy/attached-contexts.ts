/**
 * The contexts of a browser that are attached to the proxy API. Chromium has one state for all of them: after detach() in one context, the
 * requests of the others stay pending forever (observed on Chromium 156). A closed context therefore stays attached, and its requests fail,
 * until no other context is in use.
 */

import { SerialQueue } from '#base/async.ts';

/** The proxy API in one context. */
export interface ProxiedContext {
  attach(): Promise<void>;
  /** Rejects if the context has ended. */
  detach(): Promise<void>;
}

export class AttachedContexts {
  readonly #inUse = new Set<ProxiedContext>();
  /** Attached, but no longer in use. */
  readonly #closed = new Set<ProxiedContext>();
  readonly #queue = new SerialQueue();

  /** Sends the requests of a context to its bridge. */
  attach(context: ProxiedContext): Promise<void> {
    this.#inUse.add(context);
    return this.#queue.run(() => context.attach());
  }

  /** A context is no longer in use. Resolves when Chromium handles its requests again, or at once if another context is in use. */
  async close(context: ProxiedContext): Promise<void> {
    if (this.#inUse.delete(context)) this.#closed.add(context);
    await this.#queue.run(() => this.#detachAll());
  }

  async #detachAll(): Promise<void> {
    if (this.#inUse.size > 0) return;
    const contexts = [...this.#closed];
    this.#closed.clear();
    await Promise.allSettled(contexts.map((one) => one.detach())); // one that has ended needs no detach()
  }
}
