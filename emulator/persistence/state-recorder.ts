/**
 * Keeps a store up to date with an authenticator's persistent state. `commit` writes everything that changed since the last
 * commit as one record, so that the changes of a command are stored together or not at all.
 */
import { equal, mapKey } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import type { StoredCredential } from '../credential-store.ts';
import type { PersistentState, State } from '../state.ts';
import type { PersistentStore } from './journal.ts';
import { decodeRecord, encodeRecord } from './record-encoding.ts';
import {
  createStateDocument,
  isObject,
  plainMembersOf,
  putCredential,
  restoreState,
  setMember,
} from './state-document.ts';

/** What changed: members with their new values, new and changed credentials, ids of deleted credentials. */
interface ChangeRecord {
  set: Record<string, unknown>;
  put: StoredCredential[];
  gone: Uint8Array[];
}

/** Loads the records of a store into `state`, which is the state after a reset. Returns false if the store is empty. */
export function replayStore(store: PersistentStore, state: State): boolean {
  const [first, ...changes] = store.records().map(decodeRecord);
  if (first === undefined) return false;
  state.persistent = restoreState(first, state.persistent, state.factory);
  for (const change of changes) applyChange(change, state.persistent);
  return true;
}

function applyChange(change: unknown, state: PersistentState): void {
  if (!isObject(change) || !isObject(change.set) || !Array.isArray(change.put) || !Array.isArray(change.gone))
    throw new UsageError('Cannot use the stored authenticator state: expected a record with set, put and gone');
  for (const id of change.gone) {
    const credential = id instanceof Uint8Array ? state.credentials.byId(id) : undefined;
    if (credential) state.credentials.delete(credential);
  }
  for (const [name, value] of Object.entries(change.set)) setMember(state, name, value);
  for (const credential of change.put) putCredential(state, credential);
}

export class StateRecorder {
  readonly #store: PersistentStore;
  readonly #state: State;
  /** The state object in the store; a reset replaces the object. */
  #recorded: PersistentState | undefined;
  /** The encoded value of each member in the store. */
  #members = new Map<string, Uint8Array>();
  readonly #changedCredentials = new Map<string, Uint8Array>();

  constructor(store: PersistentStore, state: State) {
    this.#store = store;
    this.#state = state;
  }

  /**
   * Makes changes durable. Writes nothing if nothing changed.
   * @throws the error of the file system; the next commit then tries again.
   */
  commit(): void {
    const { persistent } = this.#state;
    if (persistent !== this.#recorded || this.#store.needsCompaction) this.#replace(persistent);
    else this.#append(persistent);
  }

  #append(persistent: PersistentState): void {
    const changed = this.#changedMembers(persistent);
    if (changed.size === 0 && this.#changedCredentials.size === 0) return;
    this.#store.append(encodeRecord(this.#changeRecord(changed.keys(), persistent)));
    for (const [name, encoded] of changed) this.#members.set(name, encoded);
    this.#changedCredentials.clear();
  }

  #replace(persistent: PersistentState): void {
    this.#store.replace(encodeRecord(createStateDocument(this.#state.factory.persona.id, persistent)));
    this.#recorded = persistent;
    this.#members = encodeMembers(persistent);
    this.#changedCredentials.clear();
    persistent.credentials.onChange = ({ id }: StoredCredential) => this.#changedCredentials.set(mapKey(id), id);
  }

  /** Returns the encoded members that differ from the store. */
  #changedMembers(persistent: PersistentState): Map<string, Uint8Array> {
    const changed = encodeMembers(persistent);
    for (const [name, encoded] of this.#members) if (equal(encoded, changed.get(name) ?? empty)) changed.delete(name);
    return changed;
  }

  #changeRecord(names: Iterable<string>, persistent: PersistentState): ChangeRecord {
    const members = plainMembersOf(persistent);
    const set = Object.fromEntries([...names].map((name) => [name, members[name]]));
    const put: StoredCredential[] = [];
    const gone: Uint8Array[] = [];
    for (const id of this.#changedCredentials.values()) {
      const credential = persistent.credentials.byId(id);
      if (credential) put.push(credential);
      else gone.push(id);
    }
    return { set, put, gone };
  }
}

const empty = new Uint8Array(0);

const encodeMembers = (persistent: PersistentState): Map<string, Uint8Array> =>
  new Map(Object.entries(plainMembersOf(persistent)).map(([name, value]) => [name, encodeRecord(value)]));
