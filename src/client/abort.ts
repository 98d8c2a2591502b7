/** Waiting that an AbortSignal can end, without leaving a listener behind. */

/** `promise`, or a rejection with the signal's reason as soon as that is aborted; what `promise` does later is ignored. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    const settled = () => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject).then(settled);
  });
}

/** A controller that is aborted with `parent`, until disposed: then it aborts itself and lets go of the parent. */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #follow = () => this.#controller.abort(this.#parent.reason);

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.#follow();
    else parent.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#parent.removeEventListener('abort', this.#follow);
    this.#controller.abort(over);
  }
}

/** The reason of an abort that only tidies up. */
export const over = new Error('no longer waited for');
