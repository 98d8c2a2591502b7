/** A store that fails at a chosen call, for tests of what is lost when the disk is full. */

import type { Store } from '../store.ts';
import { StoreError, type StoreProblem } from '../store-error.ts';

export interface FailingStore {
  store: Store;
  /** Makes call number `call` (counted from 1, from now on) and all later ones fail. */
  failFrom(call: number, problem?: StoreProblem): void;
  /** Makes all calls succeed again. @returns whether a call has failed. */
  heal(): boolean;
}

export function createFailingStore(store: Store): FailingStore {
  let left = Number.POSITIVE_INFINITY;
  let failed = false;
  let problem: StoreProblem = 'full';
  const check = () => {
    if (--left > 0) return;
    failed = true;
    throw new StoreError(problem, 'The store fails because the test makes it fail');
  };
  const wrap = <T extends object>(repository: T): T =>
    new Proxy(repository, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...parameters: unknown[]) => {
          check();
          return member(...parameters);
        };
      },
    });
  const repositories = Object.entries(store).map(([name, value]) => [
    name,
    typeof value === 'object' ? wrap(value as object) : value,
  ]);
  return {
    store: {
      ...(Object.fromEntries(repositories) as Store),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
    failFrom(call, newProblem = 'full') {
      [left, failed, problem] = [call, false, newProblem];
    },
    heal() {
      left = Number.POSITIVE_INFINITY;
      return failed;
    },
  };
}
