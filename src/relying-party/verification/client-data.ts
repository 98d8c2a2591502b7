/** CollectedClientData, WebAuthn L3 section 5.8.1, read strictly: UTF-8, one JSON object, no member twice, members of the right type. */
import { Refusal } from '../refusals.ts';

export interface ClientData {
  type: string;
  challenge: string;
  origin: string;
  crossOrigin?: boolean;
  topOrigin?: string;
}

/** @throws {Refusal} `client-data-invalid`. */
export function parseClientData(bytes: Uint8Array): ClientData {
  const text = decodeUtf8(bytes);
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('it is not a JSON object');
  const twice = repeatedMember(text);
  if (twice !== undefined) return refuse(`member ${twice} occurs twice`);
  const members = value as Record<string, unknown>;
  for (const name of ['type', 'challenge', 'origin'])
    if (typeof members[name] !== 'string') return refuse(`${name} must be text`);
  if (members.crossOrigin !== undefined && typeof members.crossOrigin !== 'boolean')
    return refuse('crossOrigin must be true or false');
  if (members.topOrigin !== undefined && typeof members.topOrigin !== 'string') return refuse('topOrigin must be text');
  if (members.tokenBinding !== undefined) refuseTokenBinding(members.tokenBinding);
  return members as unknown as ClientData;
}

/** WebAuthn L1 and L2 clients may say `supported`; `present` claims a binding that this connection does not have. */
function refuseTokenBinding(value: unknown): void {
  const status = typeof value === 'object' && value !== null && 'status' in value ? value.status : undefined;
  if (status !== 'supported' && status !== 'not-supported')
    refuse('tokenBinding claims what this connection does not have');
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    return refuse('it is not UTF-8', cause);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse('it is not JSON', cause);
  }
}

/** The first member name that a JSON text repeats within one object; the text is known to be valid JSON. */
function repeatedMember(json: string): string | undefined {
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
  throw new Refusal('client-data-invalid', detail, { cause });
}
