/**
 * Keeps a store in step with an authenticator's persistent state. `commit` writes what has changed since the last one as one
 * record, so that a command's changes are kept together or not at all.
 */
import { UsageError } from '#base/errors.ts';
import type { StoredCredential } from '../credential-store.ts';
import type { PersistentState, State } from '../state.ts';
import type { PersistentStore } from './journal.ts';
import { isObject, type Json, type JsonObject, toJson } from './plain-data.ts';
import { credentialJson, membersOf, putCredential, restore, setMember, snapshot } from './snapshot.ts';

/** What changed: members with their new values, credentials as they are now, ids that are gone. */
interface ChangeRecord {
  set: JsonObject;
  put: JsonObject[];
  gone: Json[];
}

/** Replays a store into `state`, which is fresh from the factory. False when the store is empty. */
export function replay(store: PersistentStore, state: State): boolean {
  const [first, ...changes] = store.records().map(parsed);
  if (first === undefined) return false;
  state.persistent = restore(first, state.persistent, state.factory);
  for (const change of changes) apply(change, state.persistent);
  return true;
}

function parsed(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch (cause) {
    throw new UsageError('cannot use the stored authenticator state: a record is no JSON', { cause });
  }
}

function apply(change: unknown, state: PersistentState): void {
  if (!isObject(change) || !isObject(change.set) || !Array.isArray(change.put) || !Array.isArray(change.gone))
    throw new UsageError('cannot use the stored authenticator state: a record is no change');
  for (const id of change.gone) {
    const credential = state.credentials.byId(Buffer.from(String(id), 'base64url'));
    if (credential) state.credentials.delete(credential);
  }
  for (const [name, value] of Object.entries(change.set)) setMember(state, name, value);
  for (const credential of change.put) putCredential(state, credential);
}

export class StateRecorder {
  readonly #store: PersistentStore;
  readonly #state: State;
  /** The state that the store holds; another object after a reset. */
  #recorded: PersistentState | undefined;
  /** JSON of each member as the store holds it. */
  #members = new Map<string, string>();
  #changedCredentials = new Map<string, Uint8Array>();

  constructor(store: PersistentStore, state: State) {
    this.#store = store;
    this.#state = state;
  }

  /**
   * Makes durable what has changed; nothing is written when nothing has.
   * @throws the file system's error; then the change is tried again with the next commit.
   */
  commit(): void {
    const { persistent } = this.#state;
    if (persistent !== this.#recorded || this.#store.overgrown) this.#replace(persistent);
    else this.#append(persistent);
  }

  #append(persistent: PersistentState): void {
    const members = this.#changedMembers(persistent);
    if (members.length === 0 && this.#changedCredentials.size === 0) return;
    this.#store.append(JSON.stringify(this.#change(members, persistent)));
    for (const [name, json] of members) this.#members.set(name, json);
    this.#changedCredentials.clear();
  }

  #replace(persistent: PersistentState): void {
    this.#store.replace(JSON.stringify(snapshot(this.#state.factory.persona.id, persistent)));
    this.#recorded = persistent;
    this.#members = new Map(Object.entries(membersOf(persistent)).map(([name, value]) => [name, jsonOf(value)]));
    this.#changedCredentials.clear();
    persistent.credentials.onChange = ({ id }: StoredCredential) => {
      this.#changedCredentials.set(Buffer.from(id).toString('base64url'), id);
    };
  }

  #changedMembers(persistent: PersistentState): [string, string][] {
    return Object.entries(membersOf(persistent)).flatMap(([name, value]): [string, string][] => {
      const json = jsonOf(value);
      return json === this.#members.get(name) ? [] : [[name, json]];
    });
  }

  #change(members: readonly [string, string][], { credentials }: PersistentState): ChangeRecord {
    const put: JsonObject[] = [];
    const gone: Json[] = [];
    for (const [name, id] of this.#changedCredentials) {
      const credential = credentials.byId(id);
      if (credential) put.push(credentialJson(credential));
      else gone.push(name);
    }
    return { set: Object.fromEntries(members.map(([name, json]) => [name, JSON.parse(json) as Json])), put, gone };
  }
}

const jsonOf = (value: unknown): string => JSON.stringify(toJson(value));
