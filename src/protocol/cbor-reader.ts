/**
 * Strict CBOR reader for the CTAP wire (CTAP 2.1 section 8, RFC 8949): one pass, every broken rule by id and offset.
 * Input is hostile: lengths are checked against what remains before anything is allocated, nesting is bounded.
 */
import { type CborKey, type CborMap, type CborValue, major } from './cbor.ts';
import { ProtocolViolation } from './errors.ts';

/** Every rule the reader can report. The fatal ones leave no way to go on; the others still yield a value. */
export const cborRules = {
  truncated: { fatal: true, says: 'the item ends beyond the input' },
  reserved: { fatal: true, says: 'additional information 28 to 30 is reserved' },
  indefinite: { fatal: true, says: 'indefinite lengths are not allowed' },
  float: { fatal: true, says: 'floating-point numbers are not allowed' },
  simple: { fatal: true, says: 'only false, true and null are allowed as simple values' },
  depth: { fatal: true, says: 'maps and arrays are nested too deeply' },
  'key-type': { fatal: true, says: 'map keys must be integers or text' },
  'non-minimal': { fatal: false, says: 'the length or integer is not in its shortest form' },
  unsorted: { fatal: false, says: 'map keys are not in canonical order' },
  'duplicate-key': { fatal: false, says: 'a map key occurs twice' },
  tag: { fatal: false, says: 'tags are not allowed' },
  utf8: { fatal: false, says: 'text is not valid UTF-8' },
  trailing: { fatal: false, says: 'bytes follow the item' },
} as const satisfies Record<string, { fatal: boolean; says: string }>;

export type CborRule = keyof typeof cborRules;
export interface CborFinding {
  rule: CborRule;
  offset: number;
}

const section = 'CTAP 2.1 section 8';
/** CTAP's own limit; a compound attestation statement needs more (WebAuthn L3 section 8.9). */
const ctapMaxDepth = 4;

/**
 * Decodes exactly one canonical item.
 * @throws {ProtocolViolation} with rule `cbor.<rule>` at the first broken rule.
 */
export function decode(bytes: Uint8Array, maxDepth = ctapMaxDepth): CborValue {
  const { value, end } = decodeFirst(bytes, 0, maxDepth);
  if (end < bytes.length) refuse({ rule: 'trailing', offset: end });
  return value;
}

/** Like `decode`, but more may follow: `end` is the offset behind the item (COSE keys inside authenticator data). */
export function decodeFirst(bytes: Uint8Array, start = 0, maxDepth = ctapMaxDepth): { value: CborValue; end: number } {
  const reader = new Reader(bytes, start, refuse, maxDepth);
  const value = reader.item(0);
  return { value, end: reader.offset };
}

/** Reads as far as possible and lists every broken rule; `value` is absent after a fatal one. */
export function inspect(bytes: Uint8Array): { value?: CborValue; findings: CborFinding[] } {
  const findings: CborFinding[] = [];
  const reader = new Reader(bytes, 0, (finding) => {
    findings.push(finding);
    if (cborRules[finding.rule].fatal) refuse(finding);
  });
  try {
    const value = reader.item(0);
    if (reader.offset < bytes.length) findings.push({ rule: 'trailing', offset: reader.offset });
    return { value, findings };
  } catch (error) {
    if (error instanceof ProtocolViolation) return { findings };
    throw error;
  }
}

function refuse({ rule, offset }: CborFinding): never {
  throw new ProtocolViolation(`cbor.${rule}`, section, offset, `cannot decode CBOR: ${cborRules[rule].says}`);
}

/** Nearly every text of CTAP is one: faster by hand than through the runtime's decoder. Undefined for all others. */
function shortAscii(bytes: Uint8Array, from: number, to: number): string | undefined {
  if (to - from > 24) return undefined;
  let text = '';
  for (let at = from; at < to; at++) {
    if (bytes[at]! > 0x7f) return undefined;
    text += String.fromCharCode(bytes[at]!);
  }
  return text;
}

const fatalUtf8 = new TextDecoder('utf-8', { fatal: true });

class Reader {
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

  item(depth: number): CborValue {
    const start = this.offset;
    const initial = this.#byte();
    const type = initial >> 5;
    const info = initial & 0x1f;
    if (type === major.simple) return this.#simple(info, start);
    const argument = this.#argument(info, start);
    switch (type) {
      case major.unsigned:
        return argument;
      case major.negative:
        return typeof argument === 'bigint' || argument === Number.MAX_SAFE_INTEGER
          ? -1n - BigInt(argument)
          : -1 - argument;
      case major.bytes:
        return this.#copy(argument, start);
      case major.text:
        return this.#text(argument, start);
      case major.array:
        return this.#array(this.#count(argument, 1, start, depth), depth);
      case major.map:
        return this.#map(this.#count(argument, 2, start, depth), depth);
      default:
        this.#report({ rule: 'tag', offset: start });
        return this.item(this.#nest(depth, start));
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.offset];
    if (byte === undefined) refuseAt(this.#report, 'truncated', this.offset);
    this.offset += 1;
    return byte as number;
  }

  #argument(info: number, start: number): number | bigint {
    if (info < 24) return info;
    if (info === 31) refuseAt(this.#report, 'indefinite', start);
    if (info > 27) refuseAt(this.#report, 'reserved', start);
    const width = 1 << (info - 24);
    const at = this.offset;
    if (at + width > this.#bytes.length) refuseAt(this.#report, 'truncated', start);
    this.offset += width;
    const value = this.#unsigned(at, width);
    const least = width === 1 ? 24 : 2 ** (width * 4);
    if (value < least) this.#report({ rule: 'non-minimal', offset: start });
    return value;
  }

  /** Big-endian; a bigint only beyond what a number can hold. */
  #unsigned(at: number, width: number): number | bigint {
    let value = 0;
    for (let index = at; index < at + width; index++) value = value * 256 + this.#bytes[index]!;
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getBigUint64(at);
  }

  #simple(info: number, start: number): boolean | null {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 31) refuseAt(this.#report, 'indefinite', start);
    return refuseAt(this.#report, info >= 25 && info <= 27 ? 'float' : 'simple', start);
  }

  /** Goes behind `size` bytes; the offset where they begin. */
  #pass(size: number | bigint, start: number): number {
    if (size > this.#bytes.length - this.offset) refuseAt(this.#report, 'truncated', start);
    const from = this.offset;
    this.offset += Number(size);
    return from;
  }

  #copy(size: number | bigint, start: number): Uint8Array {
    return this.#bytes.slice(this.#pass(size, start), this.offset);
  }

  #text(size: number | bigint, start: number): string {
    const from = this.#pass(size, start);
    const ascii = shortAscii(this.#bytes, from, this.offset);
    if (ascii !== undefined) return ascii;
    const bytes = this.#bytes.subarray(from, this.offset);
    try {
      return fatalUtf8.decode(bytes);
    } catch {
      this.#report({ rule: 'utf8', offset: start });
      return new TextDecoder().decode(bytes);
    }
  }

  /** Each entry needs at least one byte an item, so a count beyond the rest of the input is truncated by definition. */
  #count(argument: number | bigint, itemsEach: number, start: number, depth: number): number {
    this.#nest(depth, start);
    if (argument > Math.floor((this.#bytes.length - this.offset) / itemsEach))
      refuseAt(this.#report, 'truncated', start);
    return Number(argument);
  }

  #nest(depth: number, start: number): number {
    if (depth >= this.#maxDepth) refuseAt(this.#report, 'depth', start);
    return depth + 1;
  }

  #array(count: number, depth: number): CborValue[] {
    const items: CborValue[] = [];
    for (let index = 0; index < count; index++) items.push(this.item(depth + 1));
    return items;
  }

  #map(count: number, depth: number): CborMap {
    const map: CborMap = new Map();
    let previous: Span | undefined;
    for (let index = 0; index < count; index++) {
      const start = this.offset;
      const key = this.item(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'bigint' && typeof key !== 'string')
        refuseAt(this.#report, 'key-type', start);
      const span = { start, end: this.offset };
      if (map.has(key as CborKey)) this.#report({ rule: 'duplicate-key', offset: start });
      else if (previous && this.#compareKeys(previous, span) > 0) this.#report({ rule: 'unsorted', offset: start });
      previous = span;
      map.set(key as CborKey, this.item(depth + 1));
    }
    return map;
  }

  /** Canonical order of two encoded keys: major type, length, bytes. */
  #compareKeys(a: Span, b: Span): number {
    const bytes = this.#bytes;
    const apart = (bytes[a.start]! >> 5) - (bytes[b.start]! >> 5) || a.end - a.start - (b.end - b.start);
    if (apart !== 0) return apart;
    for (let index = 0; a.start + index < a.end; index++) {
      const difference = bytes[a.start + index]! - bytes[b.start + index]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

/** Offsets of an encoded item. */
interface Span {
  start: number;
  end: number;
}

function refuseAt(report: (finding: CborFinding) => void, rule: CborRule, offset: number): never {
  report({ rule, offset });
  return refuse({ rule, offset });
}
