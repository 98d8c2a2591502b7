/** Defects in the encoding of responses: one row for each rule of CTAP2 canonical CBOR, CTAP 2.1 section 8. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode, Raw } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { appendBytes } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponseBytes } from './mutators.ts';

const section = 'CTAP 2.1 section 8';

/** Returns the members of a response, each encoded as key and value. */
const encodePairs = (body: Uint8Array): Uint8Array[] =>
  [...(decode(body) as CborMap)].map(([key, value]) => concat(encode(key), encode(value)));
const bytes = (...values: number[]) => new Uint8Array(values);
const encodeMap = (pairs: readonly Uint8Array[], head = bytes(0xa0 | pairs.length)) => concat(head, ...pairs);
/** Encodes the members of the response differently. */
const editPairs = (write: (pairs: Uint8Array[]) => Uint8Array) => editResponseBytes((body) => write(encodePairs(body)));
/** Replaces the first value with encoded CBOR. */
const replaceFirstValue = (...value: number[]) =>
  editResponseBytes((body) => {
    const [[key] = [0], ...rest] = decode(body) as CborMap;
    return encode(new Map([[key, new Raw(bytes(...value))], ...rest]));
  });

export const cborDefects = defectsDetectedBy('client', {
  'cbor.map-head-long': {
    title: 'The size of the map is not encoded in its shortest form',
    breaks: section,
    ...editPairs((pairs) => encodeMap(pairs, bytes(0xb8, pairs.length))),
  },
  'cbor.integer-long': {
    title: 'The first key is encoded in two bytes although one is enough',
    breaks: section,
    ...editPairs(([first, ...rest]) => encodeMap([concat(bytes(0x18), first ?? bytes()), ...rest])),
  },
  'cbor.unsorted': {
    title: 'Keys are in descending order',
    breaks: section,
    ...editPairs((pairs) => encodeMap(pairs.reverse())),
  },
  'cbor.duplicate-key': {
    title: 'The first key occurs twice',
    breaks: section,
    ...editPairs(([first, ...rest]) => encodeMap([first ?? bytes(), first ?? bytes(), ...rest])),
  },
  'cbor.indefinite-map': {
    title: 'The map has an indefinite length',
    breaks: section,
    ...editPairs((pairs) => encodeMap([...pairs, bytes(0xff)], bytes(0xbf))),
  },
  'cbor.indefinite-string': {
    title: 'A byte string has an indefinite length',
    breaks: section,
    ...replaceFirstValue(0x5f, 0x41, 0x01, 0x41, 0x02, 0xff),
  },
  'cbor.tag': {
    title: 'The response is tagged as self-described CBOR',
    breaks: section,
    ...editResponseBytes((body) => concat(bytes(0xd9, 0xd9, 0xf7), body)),
  },
  'cbor.float': {
    title: 'A value is a floating-point number',
    breaks: section,
    ...replaceFirstValue(0xf9, 0x3c, 0x00),
  },
  'cbor.undefined': { title: 'A value is undefined', breaks: section, ...replaceFirstValue(0xf7) },
  'cbor.reserved': { title: 'A value begins with a reserved byte', breaks: section, ...replaceFirstValue(0x1c) },
  'cbor.bad-utf8': { title: 'Text is not valid UTF-8', breaks: section, ...replaceFirstValue(0x62, 0xc3, 0x28) },
  'cbor.depth': {
    title: 'Lists are nested 64 deep',
    breaks: section,
    ...replaceFirstValue(...Array.from({ length: 64 }, () => 0x81), 0x00),
  },
  'cbor.length-bomb': {
    title: 'The length of a byte string is four gigabytes',
    breaks: section,
    ...editResponseBytes(() => bytes(0xa1, 0x01, 0x5a, 0xff, 0xff, 0xff, 0xff)),
  },
  'cbor.bytes-as-key': {
    title: 'A key is a byte string',
    breaks: section,
    ...editPairs(([, ...rest]) => encodeMap([...rest, bytes(0x41, 0x01, 0x00)])),
  },
  'cbor.text-keys': {
    title: 'Keys are text instead of integers',
    breaks: 'CTAP 2.1 section 6',
    ...editResponseBytes((body) =>
      encode(new Map([...(decode(body) as CborMap)].map(([key, value]) => [String(key), value]))),
    ),
  },
  'cbor.list': {
    title: 'The response is a list instead of a map',
    breaks: 'CTAP 2.1 section 6',
    ...editResponseBytes((body) => encode([...(decode(body) as CborMap).values()])),
  },
  'cbor.empty-map': {
    title: 'The response is an empty map',
    breaks: 'CTAP 2.1 section 6',
    ...editResponseBytes(() => bytes(0xa0)),
  },
  'cbor.trailing': {
    title: 'Extra bytes follow the response',
    breaks: section,
    ...editResponseBytes(appendBytes(0, 0, 0)),
  },
  'cbor.truncated': {
    title: 'The second half of the response is missing',
    breaks: section,
    ...editResponseBytes((body) => body.slice(0, Math.ceil(body.length / 2))),
  },
});
