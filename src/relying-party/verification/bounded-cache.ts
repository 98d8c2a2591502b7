/** A cache of results that depend only on their key. When it is full, the least recently used result is deleted. */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Returns the value for `key`, computing it if it is not cached. An error of `compute` is thrown and not cached. */
  get(key: string, compute: () => Value): Value {
    const known = this.#entries.get(key);
    const value = known ?? compute();
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#capacity) this.#entries.delete(this.#entries.keys().next().value as string);
    return value;
  }
}
