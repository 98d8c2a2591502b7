import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#base/bytes.ts';
import {
  broadcastChannel,
  decodeInitResponse,
  encodeInitResponse,
  fragment,
  maxPayloadLength,
  parsePacket,
  reportLength,
} from './ctaphid.ts';
import { Reassembler } from './ctaphid-reassembler.ts';
import { ProtocolViolation } from './errors.ts';

const channels = fc.integer({ min: 1, max: 0xffff_fffe });
const commands = fc.integer({ min: 0, max: 0x7f });
const payloads = fc
  .oneof(fc.constantFrom(0, 1, 56, 57, 58, 115, 116, 117, 7608, 7609), fc.nat(maxPayloadLength))
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

const noReport = new Uint8Array(0);

function reassemble(reports: readonly Uint8Array[]) {
  const [first, ...rest] = reports.map(parsePacket);
  if (first?.type !== 'init') throw new Error('No initialization packet');
  const reassembler = new Reassembler(first);
  for (const packet of rest) reassembler.accept(packet);
  return reassembler.message;
}

describe('Fragmentation and reassembly', () => {
  it('supports messages of 7,609 bytes', () => {
    expect(maxPayloadLength).toBe(7609);
    expect(fragment(1, 1, new Uint8Array(7609))).toHaveLength(129);
  });

  it.each([
    [broadcastChannel, 0x06, '0102030405060708', ['ffffffff8600080102030405060708']],
    [0x01020304, 0x10, '04', ['0102030490000104']],
    [0xa1b2c3d4, 0x01, 'aa'.repeat(58), [`a1b2c3d481003a${'aa'.repeat(57)}`, 'a1b2c3d400aa']],
    [1, 0x01, 'bb'.repeat(117), [`00000001810075${'bb'.repeat(57)}`, `0000000100${'bb'.repeat(59)}`, '0000000101bb']],
  ])('fragments a message on channel %i, command %i', (channel, command, payload, expected) => {
    const reports = fragment(channel, command, fromHex(payload));
    expect(reports.map(toHex)).toEqual(expected.map((hex) => hex.padEnd(2 * reportLength, '0')));
  });

  it('reassembles every fragmented message', () => {
    fc.assert(
      fc.property(channels, commands, payloads, (channel, command, payload) => {
        const reports = fragment(channel, command, payload);
        expect(reports.every(({ length }) => length === reportLength)).toBe(true);
        expect(reassemble(reports)).toEqual({ channel, command, payload });
      }),
      { numRuns: 60 },
    );
  });

  it('copies the reports', () => {
    const [report = noReport] = fragment(7, 1, fromHex('0102'));
    const reassembler = new Reassembler(parsePacket(report) as never);
    report.fill(0xff);
    expect(toHex(reassembler.message?.payload ?? noReport)).toBe('0102');
  });
});

describe('A violated rule', () => {
  const first = (length: number) => {
    const [report = noReport] = fragment(1, 1, new Uint8Array(length));
    return parsePacket(report) as never;
  };
  const cont = (channel: number, sequence: number) =>
    ({ type: 'cont', channel, sequence, report: new Uint8Array(64) }) as const;
  it.each([
    ['report-length', () => parsePacket(new Uint8Array(63))],
    ['report-length', () => parsePacket(new Uint8Array(65))],
    ['length', () => new Reassembler(first(7610))],
    ['sequence', () => new Reassembler(first(200)).accept(cont(1, 1))],
    ['channel', () => new Reassembler(first(200)).accept(cont(2, 0))],
    ['unexpected-init', () => new Reassembler(first(200)).accept(first(200))],
    ['orphan', () => new Reassembler(first(57)).accept(cont(1, 0))],
    ['init-length', () => decodeInitResponse(new Uint8Array(16))],
    ['init-channel', () => decodeInitResponse(new Uint8Array(17))],
  ])('%s is reported', (rule, act) => {
    expect(act).toThrow(expect.objectContaining({ name: 'ProtocolViolation', rule: `ctaphid.${rule}` }));
  });

  it('is the only error for random reports', () => {
    const reports = fc.array(fc.uint8Array({ minLength: 60, maxLength: 66 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(reports, (some) => {
        try {
          reassemble(some);
        } catch (error) {
          if (!(error instanceof ProtocolViolation) && (error as Error).message !== 'No initialization packet')
            throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('The INIT response', () => {
  it('is decoded as it was encoded', () => {
    fc.assert(
      fc.property(
        fc.record({
          nonce: fc.uint8Array({ minLength: 8, maxLength: 8 }),
          channel: channels,
          protocolVersion: fc.nat(255),
          deviceVersion: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
          capabilities: fc.record({ wink: fc.boolean(), cbor: fc.boolean(), nmsg: fc.boolean() }),
        }),
        (response) => {
          expect(decodeInitResponse(encodeInitResponse(response))).toEqual(response);
        },
      ),
    );
  });

  it('has 17 bytes in the order of the specification', () => {
    const capabilities = { wink: true, cbor: true, nmsg: false };
    const nonce = fromHex('0102030405060708');
    const bytes = encodeInitResponse({
      nonce,
      channel: 0xcafe0001,
      protocolVersion: 2,
      deviceVersion: [5, 4, 3],
      capabilities,
    });
    expect(toHex(bytes)).toBe('0102030405060708cafe00010205040305');
  });
});
