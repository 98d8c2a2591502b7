/** The error of a store whose storage is full or cannot be used. */

/** `full`: there is no space left; `unavailable`: the storage cannot be read or written, for example because it is locked or broken. */
export type StoreProblem = 'full' | 'unavailable';

/** A call of a store failed. Nothing of the call, or of its transaction, has taken effect. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly problem: StoreProblem;
  constructor(problem: StoreProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
