/**
 * A strict CBOR decoder for CTAP messages (CTAP 2.1 section 8, RFC 8949). It reads the input once and reports every violated
 * rule with its id and offset. Input is untrusted: lengths are checked against the remaining bytes before memory is
 * allocated, and the nesting depth is limited.
 */
import { type CborKey, type CborMap, type CborValue, major } from './cbor.ts';
import { ProtocolViolation } from './errors.ts';

/** The rules of the decoder. Decoding cannot continue after a violation of a fatal rule; after others it still returns a value. */
export const cborRules = {
  truncated: { fatal: true, message: 'the item ends beyond the input' },
  reserved: { fatal: true, message: 'additional information 28 to 30 is reserved' },
  indefinite: { fatal: true, message: 'indefinite lengths are not allowed' },
  float: { fatal: true, message: 'floating-point numbers are not allowed' },
  simple: { fatal: true, message: 'only false, true and null are allowed as simple values' },
  depth: { fatal: true, message: 'maps and arrays are nested too deeply' },
  'key-type': { fatal: true, message: 'map keys must be integers or text' },
  'non-minimal': { fatal: false, message: 'the length or integer is not in its shortest form' },
  unsorted: { fatal: false, message: 'map keys are not in canonical order' },
  'duplicate-key': { fatal: false, message: 'a map key occurs twice' },
  tag: { fatal: false, message: 'tags are not allowed' },
  utf8: { fatal: false, message: 'text is not valid UTF-8' },
  trailing: { fatal: false, message: 'bytes follow the item' },
} as const satisfies Record<string, { fatal: boolean; message: string }>;

export type CborRule = keyof typeof cborRules;
export interface CborFinding {
  rule: CborRule;
  offset: number;
}

const section = 'CTAP 2.1 section 8';
/** The limit of CTAP. A compound attestation statement needs a higher one (WebAuthn L3 section 8.9). */
const ctapMaxDepth = 4;

/**
 * Decodes exactly one canonical item.
 * @throws {ProtocolViolation} with rule `cbor.<rule>` for the first violated rule.
 */
export function decode(bytes: Uint8Array, maxDepth = ctapMaxDepth): CborValue {
  const { value, end } = decodeFirst(bytes, 0, maxDepth);
  if (end < bytes.length) refuse({ rule: 'trailing', offset: end });
  return value;
}

/** Like `decode`, but allows bytes after the item, as after COSE keys in authenticator data. `end` is the offset after the item. */
export function decodeFirst(bytes: Uint8Array, start = 0, maxDepth = ctapMaxDepth): { value: CborValue; end: number } {
  const reader = new CborReader(bytes, start, refuse, maxDepth);
  const value = reader.readItem(0);
  return { value, end: reader.offset };
}

/** Decodes as far as possible and lists every violated rule. `value` is absent after the violation of a fatal rule. */
export function inspect(bytes: Uint8Array): { value?: CborValue; findings: CborFinding[] } {
  const findings: CborFinding[] = [];
  const reader = new CborReader(bytes, 0, (finding) => {
    findings.push(finding);
    if (cborRules[finding.rule].fatal) refuse(finding);
  });
  try {
    const value = reader.readItem(0);
    if (reader.offset < bytes.length) findings.push({ rule: 'trailing', offset: reader.offset });
    return { value, findings };
  } catch (error) {
    if (error instanceof ProtocolViolation) return { findings };
    throw error;
  }
}

function refuse({ rule, offset }: CborFinding): never {
  throw new ProtocolViolation(
    { rule: `cbor.${rule}`, section, offset },
    `Cannot decode CBOR: ${cborRules[rule].message}`,
  );
}

/** Decodes ASCII text of at most 24 bytes, undefined for other text. Most texts in CTAP are short ASCII, and a loop is faster than TextDecoder. */
function decodeShortAscii(bytes: Uint8Array, from: number, to: number): string | undefined {
  if (to - from > 24) return undefined;
  let text = '';
  for (let at = from; at < to; at++) {
    if (bytes[at]! > 0x7f) return undefined;
    text += String.fromCharCode(bytes[at]!);
  }
  return text;
}

const fatalUtf8 = new TextDecoder('utf-8', { fatal: true });

class CborReader {
  offset: number;
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  readonly #report: (finding: CborFinding) => void;

  constructor(bytes: Uint8Array, start: number, report: (finding: CborFinding) => void, maxDepth = ctapMaxDepth) {
    this.#maxDepth = maxDepth;
    this.#bytes = bytes;
    this.#report = report;
    this.offset = start;
  }

  /** Reads the next item. */
  readItem(depth: number): CborValue {
    const start = this.offset;
    const initial = this.#readByte();
    const type = initial >> 5;
    const info = initial & 0x1f;
    if (type === major.simple) return this.#readSimple(info, start);
    const argument = this.#readArgument(info, start);
    switch (type) {
      case major.unsigned:
        return argument;
      case major.negative:
        return typeof argument === 'bigint' || argument === Number.MAX_SAFE_INTEGER
          ? -1n - BigInt(argument)
          : -1 - argument;
      case major.bytes:
        return this.#readBytes(argument, start);
      case major.text:
        return this.#readText(argument, start);
      case major.array:
        return this.#readArray(this.#checkCount(argument, 1, start, depth), depth);
      case major.map:
        return this.#readMap(this.#checkCount(argument, 2, start, depth), depth);
      default:
        this.#report({ rule: 'tag', offset: start });
        return this.readItem(this.#enterNesting(depth, start));
    }
  }

  #readByte(): number {
    const byte = this.#bytes[this.offset];
    if (byte === undefined) refuseAt(this.#report, 'truncated', this.offset);
    this.offset += 1;
    return byte as number;
  }

  #readArgument(info: number, start: number): number | bigint {
    if (info < 24) return info;
    if (info === 31) refuseAt(this.#report, 'indefinite', start);
    if (info > 27) refuseAt(this.#report, 'reserved', start);
    const width = 1 << (info - 24);
    const at = this.offset;
    if (at + width > this.#bytes.length) refuseAt(this.#report, 'truncated', start);
    this.offset += width;
    const value = this.#readUnsigned(at, width);
    const minValue = width === 1 ? 24 : 2 ** (width * 4);
    if (value < minValue) this.#report({ rule: 'non-minimal', offset: start });
    return value;
  }

  /** Reads a big-endian integer; returns a bigint if it is not a safe integer. */
  #readUnsigned(at: number, width: number): number | bigint {
    let value = 0;
    for (let index = at; index < at + width; index++) value = value * 256 + this.#bytes[index]!;
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getBigUint64(at);
  }

  #readSimple(info: number, start: number): boolean | null {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 31) refuseAt(this.#report, 'indefinite', start);
    return refuseAt(this.#report, info >= 25 && info <= 27 ? 'float' : 'simple', start);
  }

  /** Moves the offset after the next `size` bytes. Returns the offset of the first of them. */
  #skip(size: number | bigint, start: number): number {
    if (size > this.#bytes.length - this.offset) refuseAt(this.#report, 'truncated', start);
    const from = this.offset;
    this.offset += Number(size);
    return from;
  }

  #readBytes(size: number | bigint, start: number): Uint8Array {
    return this.#bytes.slice(this.#skip(size, start), this.offset);
  }

  #readText(size: number | bigint, start: number): string {
    const from = this.#skip(size, start);
    const ascii = decodeShortAscii(this.#bytes, from, this.offset);
    if (ascii !== undefined) return ascii;
    const bytes = this.#bytes.subarray(from, this.offset);
    try {
      return fatalUtf8.decode(bytes);
    } catch {
      this.#report({ rule: 'utf8', offset: start });
      return new TextDecoder().decode(bytes);
    }
  }

  /** Checks nesting and the count of items. Every item has at least one byte, so a count above the remaining bytes is truncated input. */
  #checkCount(argument: number | bigint, itemsEach: number, start: number, depth: number): number {
    this.#enterNesting(depth, start);
    if (argument > Math.floor((this.#bytes.length - this.offset) / itemsEach))
      refuseAt(this.#report, 'truncated', start);
    return Number(argument);
  }

  #enterNesting(depth: number, start: number): number {
    if (depth >= this.#maxDepth) refuseAt(this.#report, 'depth', start);
    return depth + 1;
  }

  #readArray(count: number, depth: number): CborValue[] {
    const items: CborValue[] = [];
    for (let index = 0; index < count; index++) items.push(this.readItem(depth + 1));
    return items;
  }

  #readMap(count: number, depth: number): CborMap {
    const map: CborMap = new Map();
    let previous: Span | undefined;
    for (let index = 0; index < count; index++) {
      const start = this.offset;
      const key = this.readItem(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'bigint' && typeof key !== 'string')
        refuseAt(this.#report, 'key-type', start);
      const span = { start, end: this.offset };
      if (map.has(key as CborKey)) this.#report({ rule: 'duplicate-key', offset: start });
      else if (previous && this.#compareKeys(previous, span) > 0) this.#report({ rule: 'unsorted', offset: start });
      previous = span;
      map.set(key as CborKey, this.readItem(depth + 1));
    }
    return map;
  }

  /** Compares two encoded keys in canonical order: by major type, then length, then bytes. */
  #compareKeys(a: Span, b: Span): number {
    const bytes = this.#bytes;
    const order = (bytes[a.start]! >> 5) - (bytes[b.start]! >> 5) || a.end - a.start - (b.end - b.start);
    if (order !== 0) return order;
    for (let index = 0; a.start + index < a.end; index++) {
      const difference = bytes[a.start + index]! - bytes[b.start + index]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

/** Start and end offset of an encoded item. */
interface Span {
  start: number;
  end: number;
}

function refuseAt(report: (finding: CborFinding) => void, rule: CborRule, offset: number): never {
  report({ rule, offset });
  return refuse({ rule, offset });
}
