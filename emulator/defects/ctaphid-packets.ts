/**
 * Defects in the CTAPHID packets of responses: sequence numbers, channels, lengths, and packets that are missing, repeated or late.
 * They have an effect on every transport of CTAPHID reports, and not on a key that is plugged in without CTAPHID.
 */
import type { ResponsePacket } from '../fault-hooks.ts';
import { defectsDetectedBy } from './defect.ts';

const framing = 'CTAP 2.1 section 11.2.4';

/** Offsets in a packet: channel(4); type(1): 0x80 and command, or the sequence number; in the first packet then the length(2). */
const [sequenceAt, lengthAt] = [4, 5];
/** Longer than a host waits for the next packet. */
const lateMs = 4_000;

type Packets = readonly ResponsePacket[];

/** Returns a copy of the packet with other bytes. */
function editReport(packet: ResponsePacket, change: (report: Uint8Array) => void): ResponsePacket {
  const report = packet.report.slice();
  change(report);
  return { ...packet, report };
}

/** Returns a function that changes the sequence number of every continuation packet. */
const editSequence =
  (change: (sequence: number) => number) =>
  ([first, ...rest]: Packets): Packets =>
    first
      ? [
          first,
          ...rest.map((packet) =>
            editReport(packet, (report) => {
              report[sequenceAt] = change(report[sequenceAt]!) & 0x7f;
            }),
          ),
        ]
      : [];

/** Returns a function that changes BCNT, the message length in the first packet. */
const editLength =
  (change: (length: number) => number) =>
  ([first, ...rest]: Packets): Packets =>
    first
      ? [
          editReport(first, (report) => {
            const view = new DataView(report.buffer, report.byteOffset);
            view.setUint16(lengthAt, Math.max(0, change(view.getUint16(lengthAt))));
          }),
          ...rest,
        ]
      : [];

export type CtapHidPacketDefectId = keyof typeof ctapHidPacketDefects;

export const ctapHidPacketDefects = defectsDetectedBy('client', {
  'ctaphid.sequence-skipped': {
    title: 'The sequence numbers of continuation packets begin with 1',
    breaks: framing,
    packets: editSequence((sequence) => sequence + 1),
  },
  'ctaphid.sequence-repeated': {
    title: 'Every continuation packet has the sequence number 0',
    breaks: framing,
    packets: editSequence(() => 0),
  },
  'ctaphid.packets-swapped': {
    title: 'The last two packets of a response are sent in the wrong order',
    breaks: framing,
    packets: (packets) => [...packets.slice(0, -2), ...packets.slice(-2).reverse()],
  },
  'ctaphid.packets-duplicated': {
    title: 'Every packet of a response is sent twice',
    breaks: framing,
    packets: (packets) => packets.flatMap((packet) => [packet, packet]),
  },
  'ctaphid.response-duplicated': {
    title: 'Every response is sent twice',
    breaks: 'CTAP 2.1 section 11.2.5.1',
    packets: (packets) => [...packets, ...packets],
  },
  'ctaphid.last-packet-missing': {
    title: 'The last packet of a response is never sent',
    breaks: framing,
    packets: (packets) => packets.slice(0, -1),
  },
  'ctaphid.last-packet-late': {
    title: 'The last packet of a response is sent four seconds late',
    breaks: 'CTAP 2.1 section 11.2.5.2',
    packets: (packets) =>
      packets.map((packet, index) => (index === packets.length - 1 ? { ...packet, delayMs: lateMs } : packet)),
  },
  'ctaphid.channel-foreign': {
    title: 'Responses are sent on another channel',
    breaks: 'CTAP 2.1 section 11.2.3',
    packets: (packets) =>
      packets.map((packet) =>
        editReport(packet, (report) => {
          report[0]! ^= 0x01;
        }),
      ),
  },
  'ctaphid.channel-changes': {
    title: 'Continuation packets are sent on another channel than the first packet',
    breaks: 'CTAP 2.1 section 11.2.3',
    packets: (packets) =>
      packets.map((packet, index) =>
        index === 0
          ? packet
          : editReport(packet, (report) => {
              report[0]! ^= 0x01;
            }),
      ),
  },
  'ctaphid.length-too-large': {
    title: 'The length of a response is given 64 bytes too large',
    breaks: framing,
    packets: editLength((length) => length + 64),
  },
  'ctaphid.length-too-small': {
    title: 'The length of a response is given 64 bytes too small',
    breaks: framing,
    packets: editLength((length) => length - 64),
  },
  'ctaphid.length-absurd': {
    title: 'The length of a response is given as 65535, more than a message can hold',
    breaks: framing,
    packets: editLength(() => 0xffff),
  },
});
