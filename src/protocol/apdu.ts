/**
 * APDUs, ISO/IEC 7816-4 section 5: commands with short and extended lengths, command chaining, responses and status words.
 * Pure functions, used by card and host, and by U2F, whose raw messages are APDUs.
 */
import { concat, uint } from '#base/bytes.ts';
import { ProtocolViolation } from './errors.ts';

/** ISO/IEC 7816-4 section 5.6, with their meaning in FIDO: U2F Raw Message Formats section 3.3, CTAP 2.1 section 11.3. */
export const statusWords = {
  SW_NO_ERROR: 0x9000,
  /** NFCCTAP: the command is still processed; the data is the status byte of a keepalive. */
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
  /** No precise diagnosis. */
  SW_UNKNOWN: 0x6f00,
} as const satisfies Record<string, number>;
export type StatusWord = keyof typeof statusWords;

/** Returns the name of a status word, or its four hex digits if it has no name here. */
export const statusWordName = (status: number): string =>
  Object.entries(statusWords).find(([, value]) => value === status)?.[0] ?? status.toString(16).padStart(4, '0');

/** The bit of CLA that announces further commands of a chain (section 5.4.1). */
export const chainingBit = 0x10;
/** Maximum data length of a short command and of a short response, in bytes. */
export const shortLimits = { command: 255, response: 256 } as const;

export interface CommandHeader {
  cla: number;
  ins: number;
  p1: number;
  p2: number;
}

export interface CommandApdu extends CommandHeader {
  data: Uint8Array;
  /** Ne, the maximum length of the response data; undefined if the command has no Le. */
  ne: number | undefined;
  /** Whether lengths are in the extended form. A command without any length is short. */
  extended: boolean;
}

export interface ResponseApdu {
  data: Uint8Array;
  /** SW1 and SW2 as one number. */
  status: number;
}

const headerLength = 4;

/**
 * Parses a command; `data` is a view into `apdu`.
 * @throws {ProtocolViolation} `apdu.length` if the number of bytes does not match the encoded lengths.
 */
export function parseCommand(apdu: Uint8Array): CommandApdu {
  if (apdu.length < headerLength)
    throw createLengthViolation(0, `Expected a command of at least ${headerLength} bytes, got ${apdu.length}`);
  const [cla, ins, p1, p2] = apdu as unknown as [number, number, number, number];
  return { cla, ins, p1, p2, ...parseBody(apdu.subarray(headerLength)) };
}

/**
 * Section 5.1: [Lc data] [Le]. Short lengths have one byte; extended lengths have two, after a zero byte before the first.
 * An Lc of 0, which the section does not allow, means no data: U2F hosts send it, for example python-fido2 and libfido2.
 */
function parseBody(body: Uint8Array): Pick<CommandApdu, 'data' | 'ne' | 'extended'> {
  const extended = body.length >= 3 && body[0] === 0;
  const lcLength = extended ? 3 : 1;
  const leLength = extended ? 2 : 1;
  if (body.length <= lcLength)
    return { data: body.subarray(0, 0), ne: parseLe(body.subarray(extended ? 1 : 0)), extended };
  const length = extended ? body[1]! * 256 + body[2]! : body[0]!;
  const rest = body.length - lcLength - length;
  if (rest !== 0 && rest !== leLength)
    throw createLengthViolation(headerLength, `Lc is ${length}, but ${body.length - lcLength} bytes follow`);
  return { data: body.subarray(lcLength, lcLength + length), ne: parseLe(body.subarray(lcLength + length)), extended };
}

/** Zero means the maximum: 256, or 65536 in the extended form. */
function parseLe(le: Uint8Array): number | undefined {
  if (le.length === 0) return undefined;
  return le.length === 1 ? le[0] || 0x100 : le[0]! * 256 + le[1]! || 0x1_0000;
}

/** Encodes a command. @throws {RangeError} if its data is too long for the chosen form. */
export function encodeCommand({ cla, ins, p1, p2, data, ne, extended }: CommandApdu): Uint8Array {
  const maxLength = extended ? 0xffff : shortLimits.command;
  if (data.length > maxLength)
    throw new RangeError(
      `Cannot encode ${data.length} bytes of data: ${extended ? 'an extended' : 'a short'} command has at most ${maxLength}`,
    );
  const width = extended ? 2 : 1;
  const extendedMarker = uint(0, 1);
  const lc = data.length > 0 ? [...(extended ? [extendedMarker] : []), uint(data.length, width), data] : [];
  const le = ne === undefined ? [] : [...(extended && data.length === 0 ? [extendedMarker] : []), uint(ne, width)];
  return concat(new Uint8Array([cla, ins, p1, p2]), ...lc, ...le);
}

/** Encodes a command as a chain of short commands. All but the last have the chaining bit set and no Le. */
export function encodeChain(command: CommandApdu): [first: Uint8Array, ...rest: Uint8Array[]] {
  const { data, cla } = command;
  const chain: Uint8Array[] = [];
  let offset = 0;
  for (; data.length - offset > shortLimits.command; offset += shortLimits.command) {
    const part = data.subarray(offset, offset + shortLimits.command);
    chain.push(encodeCommand({ ...command, cla: cla | chainingBit, data: part, ne: undefined, extended: false }));
  }
  const ne = command.ne === undefined ? undefined : Math.min(command.ne, shortLimits.response);
  chain.push(encodeCommand({ ...command, data: data.subarray(offset), ne, extended: false }));
  return chain as [Uint8Array, ...Uint8Array[]];
}

/** Parses a response. @throws {ProtocolViolation} `apdu.length` if it is shorter than a status word. */
export function parseResponse(apdu: Uint8Array): ResponseApdu {
  const end = apdu.length - 2;
  if (end < 0) throw createLengthViolation(0, `Expected a response of at least 2 bytes, got ${apdu.length}`);
  return { data: apdu.subarray(0, end), status: (apdu[end]! << 8) | apdu[end + 1]! };
}

export const encodeResponse = ({ data, status }: ResponseApdu): Uint8Array => concat(data, uint(status, 2));

/** Encodes a response with a status word given by name. */
export const encodeStatusResponse = (status: StatusWord, data: Uint8Array = new Uint8Array(0)): Uint8Array =>
  encodeResponse({ data, status: statusWords[status] });

/** Returns status word 61XX: `length` more bytes are available with GET RESPONSE; XX is 0 for 256 or more (section 5.3.4). */
export const encodeMoreData = (length: number): number => 0x6100 | (length < 0x100 ? length : 0);
export const hasMoreData = (status: number): boolean => status >> 8 === 0x61;

const createLengthViolation = (offset: number, message: string) =>
  new ProtocolViolation({ rule: 'apdu.length', section: 'ISO/IEC 7816-4 section 5.1', offset }, message);
