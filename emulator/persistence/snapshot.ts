/**
 * An authenticator's persistent state as a JSON document, version 1:
 *
 * ```json
 * { "format": "touchstone-authenticator-state", "version": 1, "persona": "yubikey-5-nfc",
 *   "masterKey": { "base64url": "..." }, "members": { "pinRetries": 8, ... }, "credentials": [ ... ] }
 * ```
 * `members` are those of `PersistentState` that are plain data; one that is missing has its value of the factory.
 */

import { UsageError } from '#base/errors.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import type { StoredCredential } from '../credential-store.ts';
import { CredentialKeys } from '../keys.ts';
import type { FactorySettings, PersistentState } from '../state.ts';
import { fromJson, isObject, type Json, type JsonObject, toJson } from './plain-data.ts';

const format = 'touchstone-authenticator-state';
const version = 1;

/** All persistent state of one persona as JSON, secrets included. */
export interface AuthenticatorStateJson {
  format: typeof format;
  version: typeof version;
  /** Id of the persona; a state fits no other. */
  persona: string;
  masterKey: Json;
  members: JsonObject;
  /** The oldest first. */
  credentials: JsonObject[];
}

/** The members that are plain data: all but the keys and the credentials, which have classes of their own. */
export function membersOf({ keys, credentials, ...members }: PersistentState): Record<string, unknown> {
  return members;
}

export const credentialJson = (credential: StoredCredential): JsonObject => toJson({ ...credential }) as JsonObject;

export function snapshot(persona: string, state: PersistentState): AuthenticatorStateJson {
  return {
    format,
    version,
    persona,
    masterKey: toJson(state.keys.master),
    members: toJson(membersOf(state)) as JsonObject,
    credentials: state.credentials.all().map(credentialJson),
  };
}

/**
 * Puts a document's state in the place of `state`, which is fresh from the factory.
 * @throws {UsageError} for a document of another kind, version or persona, or with members of another type.
 */
export function restore(
  document: unknown,
  state: PersistentState,
  { persona, random }: FactorySettings,
): PersistentState {
  const { masterKey, members, credentials } = checkedDocument(document, persona.id);
  const restored: PersistentState = { ...state, keys: new CredentialKeys(masterKey, random) };
  for (const [name, value] of Object.entries(members)) setMember(restored, name, value);
  for (const credential of credentials) putCredential(restored, credential);
  return restored;
}

/** @throws {UsageError} for a member that there is not, or of another type. */
export function setMember(state: PersistentState, name: string, json: Json): void {
  const known: Record<string, unknown> = membersOf(state);
  const value = decoded(json, name);
  if (!Object.hasOwn(known, name)) throw refused(`there is no member ${JSON.stringify(name)}`);
  const current = known[name];
  const fits =
    current === undefined || kindOf(value) === kindOf(current) || name === 'persistentToken' || name === 'pin';
  if (!fits) throw refused(`${name} must be ${kindOf(current)}, found ${kindOf(value)}`);
  Object.assign(state, { [name]: value });
}

/** @throws {UsageError} for what is no credential, or one too many. */
export function putCredential({ credentials }: PersistentState, json: unknown): void {
  const credential = checkedCredential(json);
  try {
    if (!credentials.update(credential.id, credential)) credentials.put(credential);
  } catch (cause) {
    throw refused('it has more credentials than this persona can hold', cause);
  }
}

function checkedDocument(document: unknown, persona: string) {
  if (!isObject(document) || document.format !== format) throw refused(`its format is not ${format}`);
  if (document.version !== version) throw refused(`its version is ${JSON.stringify(document.version)}, not ${version}`);
  if (document.persona !== persona)
    throw refused(`it is of persona ${JSON.stringify(document.persona)}, not ${JSON.stringify(persona)}`);
  const masterKey = decoded(document.masterKey ?? null, 'masterKey');
  if (!(masterKey instanceof Uint8Array) || masterKey.length !== 32) throw refused('masterKey must be 32 bytes');
  const { members, credentials } = document;
  if (!isObject(members)) throw refused('members must be an object');
  if (!Array.isArray(credentials)) throw refused('credentials must be an array');
  return { masterKey, members, credentials };
}

function checkedCredential(json: unknown): StoredCredential {
  const credential = isObject(json) ? decoded(json, 'credential') : undefined;
  const { id, rpId, user, algorithm, credProtect } = Object(credential) as Partial<StoredCredential>;
  const complete =
    id instanceof Uint8Array &&
    typeof rpId === 'string' &&
    user?.id instanceof Uint8Array &&
    typeof algorithm === 'string' &&
    Object.hasOwn(coseAlgorithms, algorithm) &&
    (credProtect === 1 || credProtect === 2 || credProtect === 3);
  if (!complete) throw refused('a credential needs id, rpId, user.id, algorithm and credProtect');
  return credential as StoredCredential;
}

function decoded(json: Json, what: string): unknown {
  try {
    return fromJson(json);
  } catch (cause) {
    throw refused(`${what} has bytes that are not base64url`, cause);
  }
}

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'bytes';
  return Array.isArray(value) ? 'an array' : typeof value;
}

const refused = (why: string, cause?: unknown) =>
  new UsageError(`cannot use the stored authenticator state: ${why}`, { cause });
