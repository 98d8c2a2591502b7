/**
 * APDUs, ISO/IEC 7816-4 section 5: commands with short and extended lengths, chains of short ones, responses and status words.
 * Pure; card and host share it, and U2F, whose raw messages are APDUs.
 */
import { concat, uint } from '#base/bytes.ts';
import { ProtocolViolation } from './errors.ts';

/** ISO/IEC 7816-4 section 5.6, and what FIDO makes of them: U2F Raw Message Formats section 3.3, CTAP 2.1 section 11.3. */
export const statusWords = {
  SW_NO_ERROR: 0x9000,
  /** NFCCTAP: at work; the data is the status byte of a keepalive. */
  SW_UPDATE: 0x9100,
  SW_WRONG_LENGTH: 0x6700,
  /** The last command of a chain was expected. */
  SW_LAST_COMMAND_EXPECTED: 0x6883,
  SW_CONDITIONS_NOT_SATISFIED: 0x6985,
  SW_COMMAND_NOT_ALLOWED: 0x6986,
  SW_WRONG_DATA: 0x6a80,
  SW_FILE_NOT_FOUND: 0x6a82,
  SW_INCORRECT_P1P2: 0x6a86,
  SW_INS_NOT_SUPPORTED: 0x6d00,
  SW_CLA_NOT_SUPPORTED: 0x6e00,
  /** The error nobody has a word for. */
  SW_UNKNOWN: 0x6f00,
} as const satisfies Record<string, number>;
export type StatusWord = keyof typeof statusWords;

/** A status word by its name, else as four hex digits. */
export const statusWordName = (status: number): string =>
  Object.entries(statusWords).find(([, value]) => value === status)?.[0] ?? status.toString(16).padStart(4, '0');

/** The bit of CLA that says: more of this command follows (section 5.4.1). */
export const chainingBit = 0x10;
/** The longest data of a short command, and what a short response carries at most. */
export const shortLimits = { command: 255, response: 256 } as const;

export interface CommandHeader {
  cla: number;
  ins: number;
  p1: number;
  p2: number;
}

export interface CommandApdu extends CommandHeader {
  data: Uint8Array;
  /** How many bytes the response may have at most (Ne); undefined without Le. */
  ne: number | undefined;
  /** Its lengths have the extended form. One without any length is short. */
  extended: boolean;
}

export interface ResponseApdu {
  data: Uint8Array;
  /** SW1 and SW2 as one number. */
  status: number;
}

const headerLength = 4;

/**
 * Reads one command; `data` is a view into it.
 * @throws {ProtocolViolation} `apdu.length` when the bytes are fewer or more than its lengths say.
 */
export function parseCommand(apdu: Uint8Array): CommandApdu {
  if (apdu.length < headerLength) throw wrongLength(0, `${apdu.length} bytes are no command`);
  const [cla, ins, p1, p2] = apdu as unknown as [number, number, number, number];
  return { cla, ins, p1, p2, ...bodyOf(apdu.subarray(headerLength)) };
}

/** Section 5.1: [Lc data] [Le], short with one byte each, extended with a zero before the first length and two bytes each. */
function bodyOf(body: Uint8Array): Pick<CommandApdu, 'data' | 'ne' | 'extended'> {
  const extended = body.length >= 3 && body[0] === 0;
  const head = extended ? 3 : 1;
  const width = extended ? 2 : 1;
  if (body.length <= head) return { data: body.subarray(0, 0), ne: neOf(body.subarray(extended ? 1 : 0)), extended };
  const length = extended ? body[1]! * 256 + body[2]! : body[0]!;
  const rest = body.length - head - length;
  if (length === 0 || (rest !== 0 && rest !== width))
    throw wrongLength(headerLength, `Lc says ${length} of ${body.length - head} bytes`);
  return { data: body.subarray(head, head + length), ne: neOf(body.subarray(head + length)), extended };
}

/** Zero stands for the most that fits. */
function neOf(le: Uint8Array): number | undefined {
  if (le.length === 0) return undefined;
  return le.length === 1 ? le[0] || 0x100 : le[0]! * 256 + le[1]! || 0x1_0000;
}

/** Writes a command in the form it says. @throws {RangeError} when its data does not fit that form. */
export function encodeCommand({ cla, ins, p1, p2, data, ne, extended }: CommandApdu): Uint8Array {
  if (data.length > (extended ? 0xffff : shortLimits.command))
    throw new RangeError(`${data.length} bytes do not fit in ${extended ? 'an extended' : 'a short'} command`);
  const width = extended ? 2 : 1;
  const mark = uint(0, 1);
  const lc = data.length > 0 ? [...(extended ? [mark] : []), uint(data.length, width), data] : [];
  const le = ne === undefined ? [] : [...(extended && data.length === 0 ? [mark] : []), uint(ne, width)];
  return concat(new Uint8Array([cla, ins, p1, p2]), ...lc, ...le);
}

/** The command as short ones: all but the last carry the chaining bit and expect no data. */
export function encodeChain(command: CommandApdu): Uint8Array[] {
  const { data, cla } = command;
  const chain: Uint8Array[] = [];
  let at = 0;
  for (; data.length - at > shortLimits.command; at += shortLimits.command) {
    const part = data.subarray(at, at + shortLimits.command);
    chain.push(encodeCommand({ ...command, cla: cla | chainingBit, data: part, ne: undefined, extended: false }));
  }
  const ne = command.ne === undefined ? undefined : Math.min(command.ne, shortLimits.response);
  chain.push(encodeCommand({ ...command, data: data.subarray(at), ne, extended: false }));
  return chain;
}

/** @throws {ProtocolViolation} `apdu.length` for less than a status word. */
export function parseResponse(apdu: Uint8Array): ResponseApdu {
  const end = apdu.length - 2;
  if (end < 0) throw wrongLength(0, `${apdu.length} bytes are no response`);
  return { data: apdu.subarray(0, end), status: (apdu[end]! << 8) | apdu[end + 1]! };
}

export const encodeResponse = ({ data, status }: ResponseApdu): Uint8Array => concat(data, uint(status, 2));

/** A response with a status word by name. */
export const responseApdu = (status: StatusWord, data: Uint8Array = new Uint8Array(0)): Uint8Array =>
  encodeResponse({ data, status: statusWords[status] });

/** SW1 61: so many more bytes wait for GET RESPONSE, 0 for 256 and more (section 5.3.4). */
export const moreData = (length: number): number => 0x6100 | (length < 0x100 ? length : 0);
export const saysMoreData = (status: number): boolean => status >> 8 === 0x61;

const wrongLength = (offset: number, message: string) =>
  new ProtocolViolation('apdu.length', 'ISO/IEC 7816-4 section 5.1', offset, message);
