/**
 * Readable text of CTAP messages for the transcript: members by the names of the specification where the message fits
 * the command table, else CBOR diagnostic notation (RFC 8949 section 8) as far as the bytes can be read. Never throws.
 */

import { formatAaguid, fromHex, toHex } from '#base/bytes.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborValue } from '#protocol/cbor.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { commandName, commands } from '#protocol/commands.ts';
import type { Message } from '#protocol/message.ts';
import type { WireExchange } from '#result/transcript.ts';

/** Absent where a message has no parameters. */
export interface DecodedExchange {
  request?: string;
  response?: string;
}

export function decodeExchange({ request, response }: Pick<WireExchange, 'request' | 'response'>): DecodedExchange {
  const sent = bytesOf(request);
  const received = response === undefined ? undefined : bytesOf(response);
  const name = sent && sent.length > 0 ? commandName(sent[0]!) : undefined;
  const requestText = sent && readable(sent.subarray(1), name && commands[name].request);
  const responseText = received && readable(received.subarray(1), name && commands[name].response);
  return { ...(requestText && { request: requestText }), ...(responseText && { response: responseText }) };
}

/** Undefined for what is no hex: a secret in it was masked. */
function bytesOf(hex: string): Uint8Array | undefined {
  try {
    return fromHex(hex);
  } catch {
    return undefined;
  }
}

function readable(payload: Uint8Array, message: Message<unknown> | undefined): string | undefined {
  if (payload.length === 0) return undefined;
  const { value, findings } = inspect(payload);
  const remarks = findings.map(({ rule, offset }) => `/ ${rule} at byte ${offset} /`);
  if (value === undefined) return [...remarks, `h'${toHex(payload)}'`].join('\n');
  return [...remarks, diagnostic(named(value, message) ?? value)].join('\n');
}

/** The message with its members' names, or undefined when it does not fit or has members that the table does not know. */
function named(value: CborValue, message: Message<unknown> | undefined): unknown {
  if (message === undefined) return undefined;
  try {
    const parsed = message.parse(value);
    const kept = Object.values(parsed as object).filter((member) => member !== undefined).length;
    return value instanceof Map && kept === value.size ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const widest = 88;

function diagnostic(value: unknown, indent = '', key = ''): string {
  if (value instanceof Uint8Array) return describeBytes(value, indent, key);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  const items = isList
    ? value.map((item) => diagnostic(item, deeper))
    : entriesOf(value).map(([name, item]) => `${name}: ${diagnostic(item, deeper, name)}`);
  const [open, close] = isList ? '[]' : '{}';
  const oneLine = `${open}${items.join(', ')}${close}`;
  const fits = oneLine.length + indent.length <= widest && !oneLine.includes('\n');
  return fits ? oneLine : `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

function entriesOf(value: object): [string, unknown][] {
  if (!(value instanceof Map)) return Object.entries(value).filter(([, item]) => item !== undefined);
  return [...value].map(([key, item]) => [typeof key === 'string' ? JSON.stringify(key) : String(key), item]);
}

/** Authenticator data is bytes inside bytes: shown taken apart, between `<<` and `>>` as RFC 8949 does for embedded items. */
function describeBytes(bytes: Uint8Array, indent: string, key: string): string {
  if (key === 'aaguid' && bytes.length === 16) return `h'${toHex(bytes)}' / ${formatAaguid(bytes)} /`;
  const parts = key === 'authData' ? authenticatorDataParts(bytes) : undefined;
  return parts ? `<< ${diagnostic(parts, indent)} >>` : `h'${toHex(bytes)}'`;
}

function authenticatorDataParts(bytes: Uint8Array): object | undefined {
  try {
    const { rpIdHash, flags, signCount, attestedCredentialData, credentialPublicKey, extensions } =
      parseAuthenticatorData(bytes);
    const set = Object.entries(flag).flatMap(([name, bit]) => (flags & bit ? [name] : []));
    const { aaguid, credentialId } = attestedCredentialData ?? {};
    return { rpIdHash, flags: set, signCount, aaguid, credentialId, credentialPublicKey, extensions };
  } catch {
    return undefined;
  }
}
