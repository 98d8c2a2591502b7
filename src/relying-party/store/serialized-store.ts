/**
 * Transactions over several calls of a store. A connection has one transaction at a time, so all other calls wait until it has ended. The
 * asynchronous context of a call shows whether it is part of the transaction.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from './store.ts';

export type Repositories = Omit<Store, 'transaction' | typeof Symbol.asyncDispose>;

export interface TransactionControl {
  begin(): void;
  commit(): void;
  /** Does nothing if no transaction is open, as after some errors. */
  rollback(): void;
}

interface Transaction {
  ended: Promise<void>;
}

/**
 * The transactions, of all stores, that the running code is part of. All stores share one storage: Node.js never releases a storage that was
 * used, and visits all of them for each promise and each cryptographic call. With a storage for each store, the process would slow down.
 */
const current = new AsyncLocalStorage<readonly Transaction[]>();

/** Returns `repositories` with transactions. */
export function withTransactions(
  repositories: Repositories,
  { begin, commit, rollback }: TransactionControl,
): Repositories & Pick<Store, 'transaction'> {
  let running: Transaction | undefined;
  const mustWait = () => running !== undefined && !current.getStore()?.includes(running);
  async function transaction<T>(work: () => Promise<T>): Promise<T> {
    if (running !== undefined && !mustWait()) return work();
    while (mustWait()) await running?.ended;
    let end = () => {};
    const own: Transaction = { ended: new Promise<void>((resolve) => (end = resolve)) };
    running = own;
    try {
      begin();
      const result = await current.run([...(current.getStore() ?? []), own], work);
      commit();
      return result;
    } catch (error) {
      rollback();
      throw error;
    } finally {
      running = undefined;
      end();
    }
  }

  async function callWhenFree(method: Method, parameters: unknown[]): Promise<unknown> {
    while (mustWait()) await running?.ended;
    return method(...parameters);
  }
  const waiting = mapMethods(
    repositories,
    (method) =>
      (...parameters) =>
        mustWait() ? callWhenFree(method, parameters) : method(...parameters),
  );
  return { ...waiting, transaction };
}

type Method = (...parameters: unknown[]) => Promise<unknown>;

/** Returns a copy of the repositories with every method replaced by `change(method)`. */
function mapMethods(repositories: Repositories, change: (method: Method) => Method): Repositories {
  const changed = Object.entries(repositories).map(([name, repository]) => [
    name,
    Object.fromEntries(Object.entries(repository).map(([method, run]) => [method, change(run as unknown as Method)])),
  ]);
  return Object.fromEntries(changed) as Repositories;
}
