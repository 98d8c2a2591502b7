/** largeblobs: reading the array, CTAP 2.1 section 6.10.2. */
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { check, checkEqualBytes, checkStatus, checkSuccess, readBytes } from '../checks.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { command, emptyArray, group, invalidParameter, lb, read, readArray, request } from './largeblobs-support.ts';

const reading: RequirementInput[] = [
  {
    id: 'read.initial',
    title: 'The initial large-blob array is an empty array and its digest',
    section: '6.10',
    provenBy: ['largeblobs.missing', 'largeblobs.text', 'largeblobs.cut-off', 'largeblobs.hash-wrong'],
    run: async (context) => checkEqualBytes(await readArray(context), emptyArray, 'the array'),
  },
  {
    id: 'read.part',
    title: 'get returns as many bytes as requested, from the offset',
    section: '6.10.2',
    provenBy: ['largeblobs.cut-off'],
    async run(context) {
      const part = readBytes(checkSuccess(await read(context, 4, 2)), 0x01, 'config');
      checkEqualBytes(part, emptyArray.slice(2, 6), 'the part');
    },
  },
  {
    id: 'read.end',
    title: 'get at the end of the array returns an empty byte string',
    section: '6.10.2',
    provenBy: ['largeblobs.missing', 'largeblobs.text'],
    async run(context) {
      const part = readBytes(checkSuccess(await read(context, 4, emptyArray.length)), 0x01, 'config');
      check(part.length === 0, `Expected no bytes, got ${part.length}`);
    },
  },
  {
    id: 'read.beyond-end',
    title: `get after the end of the array is refused with ${invalidParameter}`,
    section: '6.10.2',
    provenBy: ['ignored-error.invalid-parameter'],
    accepted: [invalidParameter],
    run: async (context) => checkStatus(await read(context, 4, emptyArray.length + 1), invalidParameter),
  },
  {
    id: 'read.too-long',
    title: 'get of more than maxMsgSize - 64 bytes is refused with CTAP1_ERR_INVALID_LENGTH',
    section: '6.10.2',
    provenBy: ['ignored-error.invalid-length'],
    accepted: ['CTAP1_ERR_INVALID_LENGTH'],
    async run(context) {
      const limit = (context.info.maxMsgSize ?? 1024) - 64;
      checkStatus(await read(context, limit + 1), 'CTAP1_ERR_INVALID_LENGTH');
    },
  },
  ...(
    [
      ['offset-missing', 'without offset', [[lb.get, 17]]],
      ['neither', 'with neither get nor set', [[lb.offset, 0]]],
      [
        'both',
        'with both get and set',
        [
          [lb.get, 17],
          [lb.set, new Uint8Array(17)],
          [lb.offset, 0],
        ],
      ],
      [
        'length',
        'with get and length',
        [
          [lb.get, 17],
          [lb.offset, 0],
          [lb.length, 17],
        ],
      ],
      [
        'param',
        'with get and pinUvAuthParam',
        [
          [lb.get, 17],
          [lb.offset, 0],
          [lb.param, new Uint8Array(16)],
        ],
      ],
      [
        'protocol',
        'with get and pinUvAuthProtocol',
        [
          [lb.get, 17],
          [lb.offset, 0],
          [lb.protocol, 1],
        ],
      ],
    ] as [string, string, [CborKey, CborValue][]][]
  ).map(
    ([id, title, entries]): RequirementInput => ({
      id: `read.${id}`,
      title: `A request ${title} is refused with ${invalidParameter}`,
      section: '6.10.2',
      provenBy: ['ignored-error.invalid-parameter'],
      accepted: [invalidParameter],
      run: async (context) => checkStatus(await context.send(command, request(...entries)), invalidParameter),
    }),
  ),
];

export const largeBlobReading = defineGroup(group, reading);
