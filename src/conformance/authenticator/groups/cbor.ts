/** cbor: the encoding of requests, CTAP 2.1 section 8. Every violation is checked in every command. */
import { concat } from '#base/bytes.ts';
import { type CborKey, type CborMap, type CborValue, encode, encodeMessage } from '#protocol/cbor.ts';
import { type CommandName, commands } from '#protocol/commands.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import { buildAssertion } from '../assertion.ts';
import { check, checkRefused, checkStatus, checkSuccess } from '../checks.ts';
import type { Exchange } from '../exchange.ts';
import { hasClientPin, hasOption, registersWithoutPin } from '../preconditions.ts';
import { buildRegistration, register } from '../registration.ts';
import { defineGroup, type RequirementInput, type Variant } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

interface RequestSource extends Variant {
  command: CommandName;
  /** Returns a request that the authenticator accepts. */
  build(context: TestContext): Promise<CborMap>;
}

/** Commands whose valid requests need no PIN. */
const sources: readonly RequestSource[] = [
  {
    name: 'makecred',
    preconditions: [registersWithoutPin],
    command: 'authenticatorMakeCredential',
    build: async (context) => buildRegistration(context),
  },
  {
    name: 'getassert',
    preconditions: [registersWithoutPin],
    command: 'authenticatorGetAssertion',
    build: async (context) => buildAssertion(context, { allowList: [await register(context)] }),
  },
  {
    name: 'clientpin',
    preconditions: [hasClientPin],
    command: 'authenticatorClientPIN',
    build: async (context) =>
      new Map([
        [0x01, context.info.pinUvAuthProtocols?.[0] ?? 1],
        [0x02, 0x01],
      ]),
  },
  {
    name: 'largeblobs',
    preconditions: [hasOption('largeBlobs')],
    command: 'authenticatorLargeBlobs',
    build: async () =>
      new Map([
        [0x01, 17],
        [0x03, 0],
      ]),
  },
  {
    name: 'bio',
    preconditions: [hasOption('bioEnroll')],
    command: 'authenticatorBioEnrollment',
    build: async () =>
      new Map<CborKey, CborValue>([
        [0x01, 1],
        [0x06, true],
      ]),
  },
];

const sourceOf = ({ variant }: TestContext): RequestSource => {
  const source = sources.find(({ name }) => name === variant);
  if (!source) throw new RangeError(`There is no variant ${variant}`);
  return source;
};

/** The encoded keys and values of a map, in canonical order. */
function encodePairs(map: CborMap): Uint8Array[] {
  const canonical = [...map].sort(([a], [b]) => Number(a) - Number(b));
  return canonical.map(([key, value]) => concat(encode(key), encode(value)));
}
const bytes = (...values: number[]) => new Uint8Array(values);
const mapHead = (size: number) => bytes(0xa0 | size);

interface Violation {
  id: string;
  title: string;
  /** The defect that accepts the violation; default: the canonical form is not checked. */
  provenBy?: string;
  accepted?: readonly CtapStatusName[];
  encode(pairs: Uint8Array[], map: CborMap): Uint8Array;
}

/** Returns a violation that adds one member with an unknown key, which would otherwise be ignored. */
const withUnknownMember = (id: string, what: string, ...value: number[]): Violation => ({
  id,
  title: `A request with ${what} is refused`,
  provenBy: 'ignored-error.invalid-cbor',
  encode: (pairs) => concat(mapHead(pairs.length + 1), ...pairs, bytes(0x18, 0x50), bytes(...value)),
});

const violations: readonly Violation[] = [
  {
    id: 'request.key-order',
    title: 'A request whose keys are not in canonical order is refused',
    encode: (pairs) => concat(mapHead(pairs.length), ...pairs.reverse()),
  },
  {
    id: 'request.duplicate-key',
    title: 'A request with a key that occurs twice is refused',
    encode: (pairs) => concat(mapHead(pairs.length + 1), pairs[0] ?? bytes(), ...pairs),
  },
  {
    id: 'request.map-length',
    title: 'A request whose map length is not in its shortest form is refused',
    encode: (pairs) => concat(bytes(0xb8, pairs.length), ...pairs),
  },
  {
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
  withUnknownMember('request.float', 'a floating-point number', 0xf9, 0x3c, 0x00),
  withUnknownMember('request.undefined', 'the value undefined', 0xf7),
  withUnknownMember('request.simple', 'an unassigned simple value', 0xe0),
  withUnknownMember('request.indefinite-bytes', 'a byte string of indefinite length', 0x5f, 0x41, 0x01, 0xff),
  withUnknownMember('request.indefinite-text', 'a text string of indefinite length', 0x7f, 0x61, 0x61, 0xff),
  withUnknownMember('request.indefinite-array', 'an array of indefinite length', 0x9f, 0x01, 0xff),
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
  withUnknownMember('request.depth', 'five levels of nesting', 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00),
  {
    ...withUnknownMember('request.tag', 'a tagged value', 0xc0, 0x61, 0x61),
    provenBy: 'transport.requests-unchecked',
  },
  {
    ...withUnknownMember('request.long-integer', 'an integer that is not in its shortest form', 0x19, 0x00, 0x01),
    provenBy: 'transport.requests-unchecked',
  },
  {
    ...withUnknownMember('request.long-text', 'a text length that is not in its shortest form', 0x78, 0x01, 0x61),
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
    provenBy: 'transport.requests-unchecked',
  },
];

const invalidEncodings: RequirementInput[] = violations.map(
  ({ id, title, provenBy = 'transport.requests-unchecked', accepted = ['CTAP2_ERR_INVALID_CBOR'], encode: write }) => ({
    id,
    title,
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

const messages: RequirementInput[] = [
  {
    id: 'message.parameters-missing',
    title: 'A command without its parameters is refused',
    section: '8',
    provenBy: ['ignored-error.missing-parameter'],
    variants: sources.filter(({ name }) => ['makecred', 'getassert', 'clientpin'].includes(name)),
    accepted: ['CTAP2_ERR_MISSING_PARAMETER', 'CTAP2_ERR_INVALID_CBOR', 'CTAP1_ERR_INVALID_LENGTH'],
    async run(context) {
      const accepted = ['CTAP2_ERR_MISSING_PARAMETER', 'CTAP2_ERR_INVALID_CBOR', 'CTAP1_ERR_INVALID_LENGTH'] as const;
      checkRefused(context, await context.send(sourceOf(context).command), ...accepted);
    },
  },
  {
    id: 'message.empty',
    title: 'An empty message is refused',
    section: '8',
    provenBy: ['ignored-error.invalid-length'],
    accepted: ['CTAP1_ERR_INVALID_LENGTH'],
    run: async (context) =>
      checkRefused(context, await context.sendBytes(new Uint8Array(0)), 'CTAP1_ERR_INVALID_LENGTH'),
  },
  {
    id: 'message.unknown-command',
    title: 'An unknown command is refused with CTAP1_ERR_INVALID_COMMAND',
    section: '8.2',
    provenBy: ['status.command-as-other', 'status.command-as-success', 'ignored-error.invalid-command'],
    variants: ['0x00', '0x03', '0x05', '0x0e', '0x3f', '0x77', '0xff'].map((name) => ({ name })),
    accepted: ['CTAP1_ERR_INVALID_COMMAND'],
    run: async (context) =>
      checkStatus(await context.sendBytes(bytes(Number(context.variant))), 'CTAP1_ERR_INVALID_COMMAND'),
  },
  {
    id: 'message.max-size',
    title: 'A message of maxMsgSize bytes is accepted',
    section: '6.4',
    provenBy: ['getinfo.max-msg-size-huge'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const size = context.info.maxMsgSize ?? 1024;
      const exchange = await context.sendBytes(messageOfSize(context, size));
      check(exchange.status !== 'CTAP2_ERR_REQUEST_TOO_LARGE', `Expected a message of ${size} bytes to be accepted`);
      checkSuccess(exchange);
    },
  },
  {
    id: 'message.too-large',
    title: 'A message longer than maxMsgSize is refused',
    section: '6.4',
    provenBy: ['transport.size-unchecked', 'ignored-error.request-too-large'],
    preconditions: [registersWithoutPin],
    accepted: ['CTAP2_ERR_REQUEST_TOO_LARGE'],
    async run(context) {
      const exchange = await context.sendBytes(messageOfSize(context, (context.info.maxMsgSize ?? 1024) + 1));
      checkRefused(context, exchange, 'CTAP2_ERR_REQUEST_TOO_LARGE', 'CTAP1_ERR_INVALID_LENGTH');
    },
  },
];

/** Returns a registration that an unknown member fills up to `size` bytes. */
function messageOfSize(context: TestContext, size: number): Uint8Array {
  const request = buildRegistration(context);
  const code = commands.authenticatorMakeCredential.code;
  const encodeWith = (padding: number) => encodeMessage(code, new Map(request).set(0x50, new Uint8Array(padding)));
  const padding = size - encodeWith(256).length + 256;
  check(encodeWith(padding).length === size, `Cannot build a message of ${size} bytes`);
  return encodeWith(padding);
}

const canonicalAnswer = (
  name: string,
  command: CommandName,
  send: (context: TestContext) => Promise<Exchange>,
): RequirementInput => ({
  id: `answer.${name}`,
  title: `The answer to ${command} is canonical CBOR`,
  section: '8',
  provenBy: [
    'cbor.map-head-long',
    'cbor.integer-long',
    'cbor.unsorted',
    'cbor.duplicate-key',
    'cbor.indefinite-map',
    'cbor.tag',
    'cbor.trailing',
    'cbor.truncated',
    'cbor.list',
  ],
  provenOn: 'touchstone-key',
  run: async (context) => void checkSuccess(await send(context)),
});

const answers: RequirementInput[] = [
  canonicalAnswer('getinfo', 'authenticatorGetInfo', (context) => context.send('authenticatorGetInfo')),
  {
    ...canonicalAnswer('makecred', 'authenticatorMakeCredential', (context) =>
      context.send('authenticatorMakeCredential', buildRegistration(context)),
    ),
    preconditions: [registersWithoutPin],
  },
];

export const cborRequirements = defineGroup({ group: 'cbor', document: 'CTAP 2.1' }, [
  ...invalidEncodings,
  ...notMaps,
  ...messages,
  ...answers,
]);
