import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '#base/bytes.ts';
import {
  encodeChain,
  encodeCommand,
  encodeMoreData,
  hasMoreData,
  parseCommand,
  parseResponse,
  statusWordName,
} from './apdu.ts';

const header = { cla: 0x80, ins: 0x10, p1: 0x80, p2: 0 };
const command = (length: number, ne: number | undefined, extended: boolean) => ({
  ...header,
  data: new Uint8Array(length).fill(7),
  ne,
  extended,
});

it.each([
  ['80108000', command(0, undefined, false)],
  ['8010800000', command(0, 256, false)],
  ['8010800010', command(0, 16, false)],
  ['80108000020707', command(2, undefined, false)],
  ['8010800002070700', command(2, 256, false)],
  ['80108000000000', command(0, 0x10000, true)],
  ['80108000000100', command(0, 256, true)],
  ['801080000000020707', command(2, undefined, true)],
  ['8010800000000207070000', command(2, 0x10000, true)],
])('parses and encodes the command %s', (hex, parsed) => {
  expect(parseCommand(fromHex(hex))).toEqual(parsed);
  expect(toHex(encodeCommand(parsed))).toBe(hex);
});

it.each([
  ['an empty input', ''],
  ['three bytes', '801080'],
  ['an Lc beyond the end', '801080000507'],
  ['extra bytes after the data', '8010800001070000'],
  ['an extended Lc beyond the end', '8010800000000507'],
  ['extra bytes after an extended Lc of zero', '80108000000000000000'],
  ['an incomplete extended Le', '8010800000000107ff'],
])('parseCommand rejects %s', (_, hex) => {
  expect(() => parseCommand(fromHex(hex))).toThrow(expect.objectContaining({ rule: 'apdu.length' }));
});

it.each([
  ['801080000000', command(0, 256, false)],
  ['801080000006', command(0, 6, false)],
  ['801080000000000000', command(0, 0x10000, true)],
  ['801080000000000006', command(0, 6, true)],
])('parses an Lc of zero in %s as no data', (hex, parsed) => {
  expect(parseCommand(fromHex(hex))).toEqual(parsed);
});

it('encodeCommand rejects data that is too long', () => {
  expect(() => encodeCommand(command(256, 256, false))).toThrow(RangeError);
  expect(() => encodeCommand(command(65536, 256, true))).toThrow(RangeError);
});

describe('encodeChain', () => {
  it.each([
    [0, 1],
    [255, 1],
    [256, 2],
    [510, 2],
    [511, 3],
  ])('splits %i bytes into %i commands, all but the last with the chaining bit', (length, count) => {
    const chain = encodeChain(command(length, 0x10000, true)).map(parseCommand);
    expect(chain.map(({ cla }) => cla)).toEqual([...Array(count - 1).fill(0x90), 0x80]);
    expect(chain.map(({ ne }) => ne)).toEqual([...Array(count - 1).fill(undefined), 256]);
    expect(concat(...chain.map(({ data }) => data))).toHaveLength(length);
  });
});

it('parseResponse splits data and status word', () => {
  expect(parseResponse(fromHex('01029000'))).toEqual({ data: fromHex('0102'), status: 0x9000 });
  expect(() => parseResponse(fromHex('90'))).toThrow(expect.objectContaining({ rule: 'apdu.length' }));
  expect([encodeMoreData(1), encodeMoreData(255), encodeMoreData(256), encodeMoreData(7000)]).toEqual([
    0x6101, 0x61ff, 0x6100, 0x6100,
  ]);
  expect([hasMoreData(0x6100), hasMoreData(0x9000)]).toEqual([true, false]);
  expect([statusWordName(0x6a82), statusWordName(0x6200)]).toEqual(['SW_FILE_NOT_FOUND', '6200']);
});
