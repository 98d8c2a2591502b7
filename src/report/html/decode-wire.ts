/**
 * Decodes CTAP messages to readable text for the wire transcript: with the member names of the specification when the message fits
 * the command table, otherwise in CBOR diagnostic notation (RFC 8949 section 8) as far as the bytes can be read. Never throws.
 */
import { formatAaguid, fromHex, toHex } from '#base/bytes.ts';
import { flag, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborValue } from '#protocol/cbor.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { commandName, commands } from '#protocol/commands.ts';
import type { Message } from '#protocol/message.ts';
import type { WireExchange } from '#result/transcript.ts';

/** A message without parameters has no text. */
export interface DecodedExchange {
  request?: string;
  response?: string;
}

export function decodeExchange({ request, response }: Pick<WireExchange, 'request' | 'response'>): DecodedExchange {
  const sent = parseHex(request);
  const received = response === undefined ? undefined : parseHex(response);
  const code = sent?.[0];
  const name = code === undefined ? undefined : commandName(code);
  const requestText = sent && describePayload(sent.subarray(1), name && commands[name].request);
  const responseText = received && describePayload(received.subarray(1), name && commands[name].response);
  return { ...(requestText && { request: requestText }), ...(responseText && { response: responseText }) };
}

/** Returns undefined when `hex` is not hexadecimal, for example because a secret in it was masked. */
function parseHex(hex: string): Uint8Array | undefined {
  try {
    return fromHex(hex);
  } catch {
    return undefined;
  }
}

/** Returns CBOR in diagnostic notation, with remarks about what is not canonical. */
export const describeCbor = (bytes: Uint8Array): string => describePayload(bytes, undefined) ?? '';

/** Returns authenticator data in diagnostic notation; hex if it cannot be read. */
export const describeAuthenticatorData = (bytes: Uint8Array): string => describeBytes(bytes, '', 'authData');

function describePayload(payload: Uint8Array, message: Message<unknown> | undefined): string | undefined {
  if (payload.length === 0) return undefined;
  const { value, findings } = inspect(payload);
  const remarks = findings.map(({ rule, offset }) => `/ ${rule} at byte ${offset} /`);
  if (value === undefined) return [...remarks, `h'${toHex(payload)}'`].join('\n');
  return [...remarks, toDiagnostic(withMemberNames(value, message) ?? value)].join('\n');
}

/** Returns the members by name, or undefined when the message does not fit the table or has members that the table does not list. */
function withMemberNames(value: CborValue, message: Message<unknown> | undefined): unknown {
  if (message === undefined) return undefined;
  try {
    const parsed = message.parse(value);
    const kept = Object.values(parsed as object).filter((member) => member !== undefined).length;
    return value instanceof Map && kept === value.size ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const maxLineWidth = 88;

/** Returns CBOR diagnostic notation; values that do not fit on one line are indented. */
function toDiagnostic(value: unknown, indent = '', key = ''): string {
  if (value instanceof Uint8Array) return describeBytes(value, indent, key);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  const items = isList
    ? value.map((item) => toDiagnostic(item, deeper))
    : entriesOf(value).map(([name, item]) => `${name}: ${toDiagnostic(item, deeper, name)}`);
  const [open, close] = isList ? '[]' : '{}';
  const oneLine = `${open}${items.join(', ')}${close}`;
  const fits = oneLine.length + indent.length <= maxLineWidth && !oneLine.includes('\n');
  return fits ? oneLine : `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

function entriesOf(value: object): [string, unknown][] {
  if (!(value instanceof Map)) return Object.entries(value).filter(([, item]) => item !== undefined);
  return [...value].map(([key, item]) => [typeof key === 'string' ? JSON.stringify(key) : String(key), item]);
}

/** Returns bytes as hex. Authenticator data is decoded and shown between `<<` and `>>`, as RFC 8949 does for embedded items. */
function describeBytes(bytes: Uint8Array, indent: string, key: string): string {
  if (key === 'aaguid' && bytes.length === 16) return `h'${toHex(bytes)}' / ${formatAaguid(bytes)} /`;
  const parts = key === 'authData' ? authenticatorDataParts(bytes) : undefined;
  return parts ? `<< ${toDiagnostic(parts, indent)} >>` : `h'${toHex(bytes)}'`;
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
