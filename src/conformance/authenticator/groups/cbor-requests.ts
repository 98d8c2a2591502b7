/** cbor: the encoding of requests, CTAP 2.1 section 8. Every violation is checked in every command. */
import { concat } from '#base/bytes.ts';
import { type CborMap, encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import { checkRefused } from '../checks.ts';
import { registersWithoutPin } from '../preconditions.ts';
import { buildRegistration, mc } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { bytes, sourceOf, sources } from './cbor-support.ts';

/** The encoded keys and values of a map, in canonical order. */
function encodePairs(map: CborMap): Uint8Array[] {
  const canonical = [...map].sort(([a], [b]) => Number(a) - Number(b));
  return canonical.map(([key, value]) => concat(encode(key), encode(value)));
}

const mapHead = (size: number) => bytes(0xa0 | size);

interface Violation {
  id: string;
  title: string;
  /** The defect that accepts the violation; default: the canonical form is not checked. */
  provenBy?: string;
  level?: RequirementInput['level'];
  accepted?: readonly CtapStatusName[];
  encode(pairs: Uint8Array[], map: CborMap): Uint8Array;
}

/** Decoders SHOULD reject what is well-formed, but not in the CTAP2 canonical CBOR encoding form. */
const notCanonical = { level: 'SHOULD' } as const;

/**
 * Returns a violation that gives the first member a value of major type 7. Such values are canonical, so unknown members may have
 * them, but no member of these commands is of that type.
 */
const withSimpleValue = (id: string, what: string, ...value: number[]): Violation => ({
  id,
  title: `A request whose first member is ${what} is refused`,
  provenBy: 'ignored-error.invalid-cbor',
  accepted: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE', 'CTAP2_ERR_INVALID_CBOR'],
  encode: ([first = bytes(), ...rest]) => concat(mapHead(rest.length + 1), first.slice(0, 1), bytes(...value), ...rest),
});

/** Returns a violation that adds one member with an unknown key, which would otherwise be ignored. */
const withUnknownMember = (id: string, what: string, ...value: number[]): Violation => ({
  id,
  title: `A request with ${what} is refused`,
  provenBy: 'ignored-error.invalid-cbor',
  encode: (pairs) => concat(mapHead(pairs.length + 1), ...pairs, bytes(0x18, 0x50), bytes(...value)),
});

const violations: readonly Violation[] = [
  {
    ...notCanonical,
    id: 'request.key-order',
    title: 'A request whose keys are not in canonical order is refused',
    encode: (pairs) => concat(mapHead(pairs.length), ...pairs.reverse()),
  },
  {
    ...notCanonical,
    id: 'request.duplicate-key',
    title: 'A request with a key that occurs twice is refused',
    encode: (pairs) => concat(mapHead(pairs.length + 1), pairs[0] ?? bytes(), ...pairs),
  },
  {
    ...notCanonical,
    id: 'request.map-length',
    title: 'A request whose map length is not in its shortest form is refused',
    encode: (pairs) => concat(bytes(0xb8, pairs.length), ...pairs),
  },
  {
    ...notCanonical,
    id: 'request.integer-length',
    title: 'A request with a key that is not in its shortest form is refused',
    encode: ([first = bytes(), ...rest]) => concat(mapHead(rest.length + 1), bytes(0x18), first, ...rest),
  },
  {
    id: 'request.trailing',
    title: 'A request with a byte after the parameters is refused',
    accepted: ['CTAP2_ERR_INVALID_CBOR', 'CTAP1_ERR_INVALID_LENGTH'],
    encode: (_pairs, map) => concat(encode(map), bytes(0x00)),
  },
  {
    ...notCanonical,
    id: 'request.indefinite-map',
    title: 'A request with a map of indefinite length is refused',
    provenBy: 'ignored-error.invalid-cbor',
    encode: (pairs) => concat(bytes(0xbf), ...pairs, bytes(0xff)),
  },
  {
    id: 'request.truncated',
    title: 'A request whose last byte is missing is refused',
    provenBy: 'ignored-error.invalid-cbor',
    encode: (_pairs, map) => encode(map).slice(0, -1),
  },
  {
    id: 'request.missing-pair',
    title: 'A request whose map announces one member more than it has is refused',
    provenBy: 'ignored-error.invalid-cbor',
    encode: (pairs) => concat(mapHead(pairs.length + 1), ...pairs),
  },
  withSimpleValue('request.float', 'a floating-point number', 0xf9, 0x3c, 0x00),
  withSimpleValue('request.undefined', 'undefined', 0xf7),
  withSimpleValue('request.simple', 'an unassigned simple value', 0xe0),
  {
    ...withUnknownMember('request.indefinite-bytes', 'a byte string of indefinite length', 0x5f, 0x41, 0x01, 0xff),
    ...notCanonical,
  },
  {
    ...withUnknownMember('request.indefinite-text', 'a text string of indefinite length', 0x7f, 0x61, 0x61, 0xff),
    ...notCanonical,
  },
  {
    ...withUnknownMember('request.indefinite-array', 'an array of indefinite length', 0x9f, 0x01, 0xff),
    ...notCanonical,
  },
  withUnknownMember('request.reserved', 'a reserved initial byte', 0x1c),
  withUnknownMember('request.break', 'a break outside of an item of indefinite length', 0xff),
  withUnknownMember(
    'request.bytes-beyond-end',
    'a byte string that ends beyond the message',
    0x5a,
    0x7f,
    0xff,
    0xff,
    0xff,
  ),
  withUnknownMember('request.array-beyond-end', 'an array that ends beyond the message', 0x9a, 0x7f, 0xff, 0xff, 0xff),
  withUnknownMember('request.map-beyond-end', 'a map that ends beyond the message', 0xba, 0x7f, 0xff, 0xff, 0xff),
  {
    ...withUnknownMember('request.depth', 'five levels of nesting', 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00),
    ...notCanonical,
  },
  {
    ...withUnknownMember('request.tag', 'a tagged value', 0xc0, 0x61, 0x61),
    ...notCanonical,
    provenBy: 'transport.requests-unchecked',
  },
  {
    ...withUnknownMember('request.long-integer', 'an integer that is not in its shortest form', 0x19, 0x00, 0x01),
    ...notCanonical,
    provenBy: 'transport.requests-unchecked',
  },
  {
    ...withUnknownMember('request.long-text', 'a text length that is not in its shortest form', 0x78, 0x01, 0x61),
    ...notCanonical,
    provenBy: 'transport.requests-unchecked',
  },
  {
    ...withUnknownMember(
      'request.long-bytes',
      'a byte-string length that is not in its shortest form',
      0x58,
      0x01,
      0x61,
    ),
    ...notCanonical,
    provenBy: 'transport.requests-unchecked',
  },
];

const invalidEncodings: RequirementInput[] = violations.map(
  ({
    id,
    title,
    level = 'MUST',
    provenBy = 'transport.requests-unchecked',
    accepted = ['CTAP2_ERR_INVALID_CBOR'],
    encode: write,
  }) => ({
    id,
    title,
    level,
    section: '8',
    provenBy: [provenBy],
    accepted,
    variants: sources,
    async run(context) {
      const { command, build } = sourceOf(context);
      const map = await build(context);
      const exchange = await context.sendBytes(concat(bytes(commands[command].code), write(encodePairs(map), map)));
      checkRefused(context, exchange, ...accepted);
    },
  }),
);

/** A map within the request, which parsers may treat differently from the outermost one. */
const nestedDuplicate: RequirementInput = {
  ...notCanonical,
  id: 'request.nested-duplicate-key',
  title: 'A registration whose rp contains a key twice is refused',
  section: '8',
  provenBy: ['transport.requests-unchecked'],
  preconditions: [registersWithoutPin],
  accepted: ['CTAP2_ERR_INVALID_CBOR'],
  async run(context) {
    const [hash = bytes(), , ...others] = encodePairs(buildRegistration(context));
    const [id, name] = [encode('id'), encode('name')].map((key) => concat(key, encode(context.rpId)));
    const rp = concat(encode(mc.rp), mapHead(3), id ?? bytes(), name ?? bytes(), name ?? bytes());
    const code = commands.authenticatorMakeCredential.code;
    const exchange = await context.sendBytes(concat(bytes(code), mapHead(others.length + 2), hash, rp, ...others));
    checkRefused(context, exchange, 'CTAP2_ERR_INVALID_CBOR');
  },
};

const notMaps: RequirementInput[] = [
  { id: 'request.array', title: 'Parameters that are an array are refused', value: [0x80] },
  { id: 'request.integer', title: 'Parameters that are an integer are refused', value: [0x01] },
  { id: 'request.text', title: 'Parameters that are a text string are refused', value: [0x61, 0x61] },
  { id: 'request.null', title: 'Parameters that are null are refused', value: [0xf6] },
].map(({ id, title, value }) => ({
  id,
  title,
  section: '8',
  provenBy: ['ignored-error.unexpected-type'],
  accepted: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE', 'CTAP2_ERR_INVALID_CBOR'],
  variants: sources,
  async run(context: TestContext) {
    const exchange = await context.sendBytes(bytes(commands[sourceOf(context).command].code, ...value));
    checkRefused(context, exchange, 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE', 'CTAP2_ERR_INVALID_CBOR');
  },
}));

export const cborRequests = defineGroup({ group: 'cbor', document: 'CTAP 2.1' }, [
  ...invalidEncodings,
  nestedDuplicate,
  ...notMaps,
]);
