/**
 * An authenticator's persistent state as one document of plain data, version 1. A journal stores it as CBOR; `exportState`
 * returns it as JSON:
 *
 * ```json
 * { "format": "touchstone-authenticator-state", "version": 1, "persona": "yubikey-5-nfc",
 *   "masterKey": { "base64url": "..." }, "members": { "pinRetries": 8, ... }, "credentials": [ ... ] }
 * ```
 * `members` are the members of `PersistentState` that are plain data. A missing member has its value after a reset.
 */

import { UsageError } from '#base/errors.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { CredentialKeys } from '../credential-keys.ts';
import type { StoredCredential } from '../credential-store.ts';
import type { FactorySettings, PersistentState } from '../state.ts';
import { fromJson, type Json, type JsonObject, toJson } from './json-values.ts';

const format = 'touchstone-authenticator-state';
const version = 1;

/** The persistent state of one persona. */
export interface StateDocument {
  format: typeof format;
  version: typeof version;
  /** Id of the persona. The state cannot be used with another one. */
  persona: string;
  /** 32 bytes. */
  masterKey: Uint8Array;
  members: Record<string, unknown>;
  /** The oldest first. */
  credentials: StoredCredential[];
}

/** The persistent state of one persona as JSON, secrets included. */
export interface AuthenticatorStateJson {
  format: typeof format;
  version: typeof version;
  /** Id of the persona. The state cannot be used with another one. */
  persona: string;
  masterKey: Json;
  members: JsonObject;
  /** The oldest first. */
  credentials: JsonObject[];
}

/** Returns the members that are plain data: all but the keys and the credentials, which are class instances. */
export function plainMembersOf({ keys, credentials, ...members }: PersistentState): Record<string, unknown> {
  return members;
}

export function createStateDocument(persona: string, state: PersistentState): StateDocument {
  return {
    format,
    version,
    persona,
    masterKey: state.keys.master,
    members: plainMembersOf(state),
    credentials: state.credentials.all(),
  };
}

export function exportState(persona: string, state: PersistentState): AuthenticatorStateJson {
  return toJson({ ...createStateDocument(persona, state) }) as unknown as AuthenticatorStateJson;
}

/**
 * Like `restoreState`, for a JSON document.
 * @throws {UsageError} also for bytes that are not base64url.
 */
export function importState(json: unknown, state: PersistentState, factory: FactorySettings): PersistentState {
  let document: unknown;
  try {
    document = fromJson(json);
  } catch (cause) {
    throw unusable('it has bytes that are not base64url', cause);
  }
  return restoreState(document, state, factory);
}

/**
 * Returns the state in a document. `state` is the state after a reset.
 * @throws {UsageError} for a document of another format, version or persona, or with members of a wrong type.
 */
export function restoreState(
  document: unknown,
  state: PersistentState,
  { persona, random }: FactorySettings,
): PersistentState {
  const { masterKey, members, credentials } = checkDocument(document, persona.id);
  const restored: PersistentState = { ...state, keys: new CredentialKeys(masterKey, random) };
  for (const [name, value] of Object.entries(members)) setMember(restored, name, value);
  for (const credential of credentials) putCredential(restored, credential);
  return restored;
}

/** @throws {UsageError} for an unknown member, or a value of a wrong type. */
export function setMember(state: PersistentState, name: string, value: unknown): void {
  const known: Record<string, unknown> = plainMembersOf(state);
  if (!Object.hasOwn(known, name)) throw unusable(`there is no member ${JSON.stringify(name)}`);
  const current = known[name];
  const fits =
    current === undefined || kindOf(value) === kindOf(current) || name === 'persistentToken' || name === 'pin';
  if (!fits) throw unusable(`expected ${kindOf(current)} for ${name}, got ${kindOf(value)}`);
  Object.assign(state, { [name]: value });
}

/** @throws {UsageError} if `value` is not a credential, or the store is full. */
export function putCredential({ credentials }: PersistentState, value: unknown): void {
  const credential = checkCredential(value);
  try {
    if (!credentials.update(credential.id, credential)) credentials.put(credential);
  } catch (cause) {
    throw unusable('it has more credentials than this persona can store', cause);
  }
}

function checkDocument(document: unknown, persona: string) {
  if (!isObject(document) || document.format !== format) throw unusable(`its format is not ${format}`);
  if (document.version !== version)
    throw unusable(`expected format version ${version}, got ${JSON.stringify(document.version)}`);
  if (document.persona !== persona)
    throw unusable(`expected persona ${JSON.stringify(persona)}, got ${JSON.stringify(document.persona)}`);
  const { masterKey, members, credentials } = document;
  if (!(masterKey instanceof Uint8Array) || masterKey.length !== 32) throw unusable('masterKey is not 32 bytes');
  if (!isObject(members)) throw unusable('members is not an object');
  if (!Array.isArray(credentials)) throw unusable('credentials is not an array');
  return { masterKey, members, credentials };
}

function checkCredential(value: unknown): StoredCredential {
  const { id, rpId, user, algorithm, credProtect } = Object(value) as Partial<StoredCredential>;
  const isComplete =
    id instanceof Uint8Array &&
    typeof rpId === 'string' &&
    user?.id instanceof Uint8Array &&
    typeof algorithm === 'string' &&
    Object.hasOwn(coseAlgorithms, algorithm) &&
    (credProtect === 1 || credProtect === 2 || credProtect === 3);
  if (!isComplete) throw unusable('a credential lacks id, rpId, user.id, algorithm or credProtect');
  return value as StoredCredential;
}

/** Whether `value` is an object with named members, and not bytes, which CBOR decodes as `Uint8Array`. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'bytes';
  return Array.isArray(value) ? 'an array' : typeof value;
}

const unusable = (why: string, cause?: unknown) =>
  new UsageError(`Cannot use the stored authenticator state: ${why}`, { cause });
