/** One command and its answer, decoded as far as possible: errors of a malformed answer are reported, never thrown. */
import { toHex } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { decode, inspect } from '#protocol/cbor-reader.ts';
import { commandName } from '#protocol/commands.ts';
import { type CtapStatusName, statusName } from '#protocol/status.ts';
import type { CommandExchange, Evidence } from '../case-result.ts';
import { formatCbor } from './format-cbor.ts';

export interface Exchange {
  request: Uint8Array;
  answer: Uint8Array;
  /** The name of the status; hex for a status that CTAP does not define; `none` for an empty answer. */
  status: CtapStatusName | string;
  /** The members of the answer; empty if it has none, or if it is malformed. */
  members: CborMap;
  /** How the answer violates the encoding of messages; undefined if it does not. */
  problem: string | undefined;
  /** Whether the authenticator reported that it waits for the user. */
  waitedForUser: boolean;
  durationMs: number;
}

/** How the authenticator behaved between request and answer. */
type ExchangeCourse = Pick<Exchange, 'waitedForUser' | 'durationMs'>;

/** Decodes the answer to a request. Compound attestation statements are nested more deeply than other answers. */
export function decodeExchange(
  request: Uint8Array,
  answer: Uint8Array,
  { waitedForUser, durationMs }: ExchangeCourse = { waitedForUser: false, durationMs: 0 },
): Exchange {
  const [code] = answer;
  const status =
    code === undefined ? 'none' : (statusName(code) ?? `0x${code.toString(16).padStart(2, '0')}, which is not defined`);
  return { request, answer, status, waitedForUser, durationMs, ...decodeMembers(answer) };
}

const maxDepth = 8;

function decodeMembers(answer: Uint8Array): Pick<Exchange, 'members' | 'problem'> {
  const members: CborMap = new Map();
  if (answer.length === 0) return { members, problem: 'The answer is empty' };
  if (answer.length === 1) return { members, problem: undefined };
  if (answer[0] !== 0) return { members, problem: 'An answer with an error status has content' };
  try {
    const value = decode(answer.subarray(1), maxDepth);
    if (value instanceof Map) return { members: value, problem: undefined };
    return { members, problem: `The content of the answer is not a map, but ${formatCbor(value)}` };
  } catch (error) {
    return { members, problem: messageOf(error) };
  }
}

/** Returns request and answer as evidence. */
export const toEvidence = ({ request, answer, status }: Exchange): Evidence[] => [
  {
    name: 'request',
    text: describeMessage(commandName(request[0] ?? 0) ?? `command 0x${toHex(request.subarray(0, 1))}`, request),
  },
  { name: 'answer', text: describeMessage(status, answer) },
];

/** Returns the part of an exchange that reports contain. */
export const toCommandExchange = ({ request, answer, waitedForUser, durationMs }: Exchange): CommandExchange => ({
  request: toHex(request),
  answer: toHex(answer),
  waitedForUser,
  durationMs,
});

function describeMessage(title: string, message: Uint8Array): string {
  const { value } = message.length > 1 ? inspect(message.subarray(1)) : {};
  if (value !== undefined) return `${title} ${formatCbor(value)}`;
  return message.length > 1 ? `${title} ${toHex(message.subarray(1))}` : title;
}
