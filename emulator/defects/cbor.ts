/** How answers are encoded: one row for each rule of CTAP2 canonical CBOR, CTAP 2.1 section 8. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode, Raw } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { trying } from './defect.ts';
import { append, inBody } from './mutators.ts';

const section = 'CTAP 2.1 section 8';

/** The members of an answer, each encoded as key and value. */
const pairsOf = (body: Uint8Array): Uint8Array[] =>
  [...(decode(body) as CborMap)].map(([key, value]) => concat(encode(key), encode(value)));
const bytes = (...values: number[]) => new Uint8Array(values);
const mapOf = (pairs: readonly Uint8Array[], head = bytes(0xa0 | pairs.length)) => concat(head, ...pairs);
/** Writes the answer's members in another way. */
const members = (write: (pairs: Uint8Array[]) => Uint8Array) => inBody((body) => write(pairsOf(body)));
/** Puts another value in the place of the first member. */
const firstValue = (...value: number[]) =>
  inBody((body) => {
    const [[key] = [0], ...rest] = decode(body) as CborMap;
    return encode(new Map([[key, new Raw(bytes(...value))], ...rest]));
  });

export const cborDefects = trying('client', {
  'cbor.map-head-long': {
    title: 'The size of the map is not in its shortest form',
    breaks: section,
    ...members((pairs) => mapOf(pairs, bytes(0xb8, pairs.length))),
  },
  'cbor.integer-long': {
    title: 'The first key is an integer in two bytes that fits into one',
    breaks: section,
    ...members(([first, ...rest]) => mapOf([concat(bytes(0x18), first ?? bytes()), ...rest])),
  },
  'cbor.unsorted': {
    title: 'Keys are in falling order',
    breaks: section,
    ...members((pairs) => mapOf(pairs.reverse())),
  },
  'cbor.duplicate-key': {
    title: 'The first key stands there twice',
    breaks: section,
    ...members(([first, ...rest]) => mapOf([first!, first!, ...rest])),
  },
  'cbor.indefinite-map': {
    title: 'The map has no definite length',
    breaks: section,
    ...members((pairs) => mapOf([...pairs, bytes(0xff)], bytes(0xbf))),
  },
  'cbor.indefinite-string': {
    title: 'A byte string comes in chunks',
    breaks: section,
    ...firstValue(0x5f, 0x41, 0x01, 0x41, 0x02, 0xff),
  },
  'cbor.tag': {
    title: 'The answer is tagged as self-described CBOR',
    breaks: section,
    ...inBody((body) => concat(bytes(0xd9, 0xd9, 0xf7), body)),
  },
  'cbor.float': { title: 'A value is a floating-point number', breaks: section, ...firstValue(0xf9, 0x3c, 0x00) },
  'cbor.undefined': { title: 'A value is undefined', breaks: section, ...firstValue(0xf7) },
  'cbor.reserved': { title: 'A value begins with a reserved byte', breaks: section, ...firstValue(0x1c) },
  'cbor.bad-utf8': { title: 'Text is not UTF-8', breaks: section, ...firstValue(0x62, 0xc3, 0x28) },
  'cbor.depth': {
    title: 'Lists are nested 64 deep',
    breaks: section,
    ...firstValue(...Array.from({ length: 64 }, () => 0x81), 0x00),
  },
  'cbor.length-bomb': {
    title: 'A byte string claims four gigabytes',
    breaks: section,
    ...inBody(() => bytes(0xa1, 0x01, 0x5a, 0xff, 0xff, 0xff, 0xff)),
  },
  'cbor.bytes-as-key': {
    title: 'A key is a byte string',
    breaks: section,
    ...members(([, ...rest]) => mapOf([...rest, bytes(0x41, 0x01, 0x00)])),
  },
  'cbor.text-keys': {
    title: 'Keys are text where integers belong',
    breaks: 'CTAP 2.1 section 6',
    ...inBody((body) => encode(new Map([...(decode(body) as CborMap)].map(([key, value]) => [String(key), value])))),
  },
  'cbor.list': {
    title: 'The answer is a list instead of a map',
    breaks: 'CTAP 2.1 section 6',
    ...inBody((body) => encode([...(decode(body) as CborMap).values()])),
  },
  'cbor.empty-map': {
    title: 'The answer has no members',
    breaks: 'CTAP 2.1 section 6',
    ...inBody(() => bytes(0xa0)),
  },
  'cbor.trailing': {
    title: 'Bytes follow the answer',
    breaks: section,
    ...inBody(append(0, 0, 0)),
  },
  'cbor.truncated': {
    title: 'The answer lacks its second half',
    breaks: section,
    ...inBody((body) => body.slice(0, Math.ceil(body.length / 2))),
  },
});
