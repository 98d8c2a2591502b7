/**
 * Parses CollectedClientData (WebAuthn L3 section 5.8.1), section 7.1 steps 5 and 6 and section 7.2 steps 8 and 9: UTF-8 decode, then
 * JSON. The checks after that are strict: one object, no duplicate members, correct types.
 */
import { isObject } from '#base/json.ts';
import { RefusalError } from '../refusals.ts';
import { createRefuse, type Refuse } from './rules.ts';

export interface ClientData {
  type: string;
  challenge: string;
  origin: string;
  crossOrigin?: boolean;
  topOrigin?: string;
}

/**
 * "UTF-8 decode" of the Encoding Standard: removes one leading byte order mark and replaces malformed bytes with U+FFFD. The hash of the
 * client data is computed over the received bytes, not over this text.
 */
const utf8Decode = new TextDecoder('utf-8', { fatal: false, ignoreBOM: false });

/** @throws {RefusalError} `client-data-invalid`. */
export function parseClientData(bytes: Uint8Array, refuse: Refuse = createRefuse()): ClientData {
  const text = utf8Decode.decode(bytes);
  const members = parseJson(text);
  if (!isObject(members)) throw malformed('Expected a JSON object');
  const duplicate = findDuplicateMember(text);
  if (duplicate !== undefined)
    refuse('client-data.duplicate', 'client-data-invalid', `Member ${duplicate} occurs twice`);
  const problem = findMemberProblem(members);
  if (problem !== undefined) refuse('client-data.members', 'client-data-invalid', problem);
  if (members.tokenBinding !== undefined && claimsTokenBinding(members.tokenBinding))
    refuse(
      'client-data.token-binding',
      'client-data-invalid',
      'tokenBinding claims a token binding, but this connection has none',
    );
  return members as unknown as ClientData;
}

function findMemberProblem(members: Record<string, unknown>): string | undefined {
  for (const name of ['type', 'challenge', 'origin'])
    if (typeof members[name] !== 'string') return `Expected text in ${name}`;
  if (members.crossOrigin !== undefined && typeof members.crossOrigin !== 'boolean')
    return 'Expected true or false in crossOrigin';
  if (members.topOrigin !== undefined && typeof members.topOrigin !== 'string') return 'Expected text in topOrigin';
  return undefined;
}

/** WebAuthn L1 and L2 clients may send `supported`. `present` claims a token binding, which this connection does not have. */
function claimsTokenBinding(value: unknown): boolean {
  const status = typeof value === 'object' && value !== null && 'status' in value ? value.status : undefined;
  return status !== 'supported' && status !== 'not-supported';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('Expected JSON', cause);
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

const malformed = (detail: string, cause?: unknown): RefusalError =>
  new RefusalError('client-data-invalid', detail, { cause, rule: 'client-data.json' });
