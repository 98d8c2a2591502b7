/** A queue for each key: the operator performs one action on a key at a time. Actions on different keys do not wait for each other. */
export class PerKeyQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` after everything before it with the same key has ended, also if that failed. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const ended = result.catch(() => undefined);
    this.#last.set(key, ended);
    return result;
  }
}
