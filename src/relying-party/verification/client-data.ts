/** Parses CollectedClientData, WebAuthn L3 section 5.8.1. Parsing is strict: UTF-8, one JSON object, no duplicate members, correct types. */
import { RefusalError } from '../refusals.ts';

export interface ClientData {
  type: string;
  challenge: string;
  origin: string;
  crossOrigin?: boolean;
  topOrigin?: string;
}

/** @throws {RefusalError} `client-data-invalid`. */
export function parseClientData(bytes: Uint8Array): ClientData {
  const text = decodeUtf8(bytes);
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('Expected a JSON object');
  const duplicate = findDuplicateMember(text);
  if (duplicate !== undefined) return refuse(`Member ${duplicate} occurs twice`);
  const members = value as Record<string, unknown>;
  for (const name of ['type', 'challenge', 'origin'])
    if (typeof members[name] !== 'string') return refuse(`Expected text in ${name}`);
  if (members.crossOrigin !== undefined && typeof members.crossOrigin !== 'boolean')
    return refuse('Expected true or false in crossOrigin');
  if (members.topOrigin !== undefined && typeof members.topOrigin !== 'string')
    return refuse('Expected text in topOrigin');
  if (members.tokenBinding !== undefined) checkTokenBinding(members.tokenBinding);
  return members as unknown as ClientData;
}

/** WebAuthn L1 and L2 clients may send `supported`. `present` claims a token binding, which this connection does not have. */
function checkTokenBinding(value: unknown): void {
  const status = typeof value === 'object' && value !== null && 'status' in value ? value.status : undefined;
  if (status !== 'supported' && status !== 'not-supported')
    refuse('tokenBinding claims a token binding, but this connection has none');
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    return refuse('Expected UTF-8', cause);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse('Expected JSON', cause);
  }
}

/** Returns the first member name that occurs twice within one object. `json` must be valid JSON. */
function findDuplicateMember(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (const [token, name] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (name !== undefined) {
      const members = open.at(-1);
      const key: string = JSON.parse(name);
      if (members?.has(key)) return key;
      members?.add(key);
    }
  }
  return undefined;
}

function refuse(detail: string, cause?: unknown): never {
  throw new RefusalError('client-data-invalid', detail, { cause });
}
