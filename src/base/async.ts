/** The one set of helpers for waiting: with an AbortSignal, with a time limit, and for values that come from outside. None leaves a listener or a timer behind. */
import type { Clock } from './clock.ts';

/** Settles as `promise` does, or rejects with the signal's reason as soon as that is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    const settled = () => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject).then(settled);
  });
}

/** Settles as `promise` does, or rejects with `timeoutError()` after `ms` milliseconds on `clock`. */
export async function withTimeout<T>(
  promise: Promise<T>,
  ms: number,
  clock: Clock,
  timeoutError: () => Error,
): Promise<T> {
  const settled = new AbortController();
  const timeout = clock.sleep(ms, settled.signal).then(() => {
    throw timeoutError();
  });
  timeout.catch(() => undefined); // rejects with the abort below when `promise` settles first
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    settled.abort();
  }
}

interface Waiter<T> {
  accepts(value: T): boolean;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** Promises that wait for a value announced with `notify`. */
export class Waiters<T> {
  readonly #waiters = new Set<Waiter<T>>();

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves with the next value that `accepts` takes; by default with any. Rejects with the signal's reason when it is
   * aborted, at once when it is aborted already.
   */
  wait(signal?: AbortSignal, accepts: (value: T) => boolean = () => true): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const settle = (finish: () => void) => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const abort = () => settle(() => reject(signal?.reason));
      const waiter: Waiter<T> = {
        accepts,
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Resolves every waiter that accepts `value`; returns how many did. */
  notify(value: T): number {
    const accepting = [...this.#waiters].filter(({ accepts }) => accepts(value));
    for (const { resolve } of accepting) resolve(value);
    return accepting.length;
  }

  /** Rejects everyone who waits with `error`. */
  rejectAll(error: unknown): void {
    for (const { reject } of [...this.#waiters]) reject(error);
  }
}

/** A controller that is aborted with `parent`. Disposing it aborts it and removes its listener from the parent. */
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

/** The reason of an abort that only ends work whose result is no longer needed. */
export const over = new Error('The result is no longer needed');
