/** Command APDUs as U2F frames them, FIDO U2F Raw Message Formats section 3: CLA INS P1 P2, data with a short or extended length. */
import { concat, uint } from '#protocol/bytes.ts';

/** Status words, section 3.3. */
export const statusWords = {
  SW_NO_ERROR: 0x9000,
  SW_WRONG_LENGTH: 0x6700,
  SW_CONDITIONS_NOT_SATISFIED: 0x6985,
  SW_COMMAND_NOT_ALLOWED: 0x6986,
  SW_WRONG_DATA: 0x6a80,
  SW_INS_NOT_SUPPORTED: 0x6d00,
  SW_CLA_NOT_SUPPORTED: 0x6e00,
  /** The error nobody has a word for. */
  SW_UNKNOWN: 0x6f00,
} as const satisfies Record<string, number>;
export type StatusWord = keyof typeof statusWords;

/** A U2F command ends without success. */
export class U2fError extends Error {
  override readonly name = 'U2fError';
  readonly status: StatusWord;
  constructor(status: StatusWord, detail: string) {
    super(`${status}: ${detail}`);
    this.status = status;
  }
}

interface CommandApdu {
  cla: number;
  ins: number;
  p1: number;
  data: Uint8Array;
}

/** @throws {U2fError} SW_WRONG_LENGTH when the lengths do not fit the bytes. */
export function parseApdu(apdu: Uint8Array): CommandApdu {
  const [cla, ins, p1] = apdu;
  if (cla === undefined || ins === undefined || p1 === undefined || apdu.length < 4)
    throw new U2fError('SW_WRONG_LENGTH', `${apdu.length} bytes are no APDU`);
  return { cla, ins, p1, data: dataOf(apdu.subarray(4)) };
}

/** ISO 7816-4 section 5.1: `body` is [Lc data] [Le], short with one byte each, extended with a zero and two (Le may lack the zero). */
function dataOf(body: Uint8Array): Uint8Array {
  const extended = body.length >= 3 && body[0] === 0;
  const head = extended ? 3 : 1;
  if (body.length <= head) return new Uint8Array(0); // at most an Le
  const length = extended ? body[1]! * 256 + body[2]! : body[0]!;
  const rest = body.length - head - length;
  const longestLe = extended ? 2 : 1;
  if (length === 0 || rest < 0 || rest > longestLe || (extended && rest === 1))
    throw new U2fError('SW_WRONG_LENGTH', `Lc says ${length} of ${body.length - head} bytes`);
  return body.subarray(head, head + length);
}

export const responseApdu = (status: StatusWord, data: Uint8Array = new Uint8Array(0)): Uint8Array =>
  concat(data, uint(statusWords[status], 2));
