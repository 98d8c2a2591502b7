/**
 * Helpers for asynchronous code: abort signals, time limits, waiting for announced values, and running tasks one at a time.
 * Every helper removes its listeners and timers when it settles.
 */
import type { Clock } from './clock.ts';

/** Settles as `promise` does, or rejects with the reason of `signal` as soon as the signal is aborted. */
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
  timeout.catch(() => undefined); // the sleep rejects when it is aborted below
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    settled.abort();
  }
}

/** Waits until `promise` settles, at most `ms` milliseconds on `clock`. Returns whether it settled in time; never rejects. */
export async function settlesWithin(promise: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  return await withTimeout(settled, ms, clock, () => new Error('Timed out')).catch(() => false);
}

interface Waiter<T> {
  accepts(value: T): boolean;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A set of promises that wait for a value passed to `notify`. */
export class Waiters<T> {
  readonly #waiters = new Set<Waiter<T>>();

  /** The number of promises that wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves with the next value that `accepts` returns true for; by default with any value. Rejects with the reason of
   * `signal` when the signal is aborted, at once when it is aborted already.
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

  /** Resolves every waiting promise that accepts `value`. Returns the number of promises resolved. */
  notify(value: T): number {
    const accepting = [...this.#waiters].filter(({ accepts }) => accepts(value));
    for (const { resolve } of accepting) resolve(value);
    return accepting.length;
  }

  /** Rejects every waiting promise with `error`. */
  rejectAll(error: unknown): void {
    for (const { reject } of [...this.#waiters]) reject(error);
  }
}

/** An abort signal that is aborted together with `parent`. Disposing aborts the signal and removes its listener from the parent. */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #abortWithParent = () => this.#controller.abort(this.#parent.reason);

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.#abortWithParent();
    else parent.addEventListener('abort', this.#abortWithParent, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#parent.removeEventListener('abort', this.#abortWithParent);
    this.#controller.abort(noLongerNeeded);
  }
}

/** A signal that is never aborted, for work without cancellation. */
export const neverAborted = new AbortController().signal;

/** The abort reason for work that is stopped only because its result is no longer needed. */
export const noLongerNeeded = new Error('The result is no longer needed');

/** Runs asynchronous tasks one at a time, in the order of the calls of `run`. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `task` after every earlier task has settled, and settles as `task` does. A failed task does not stop later tasks. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
