/**
 * CTAPHID packets, CTAP 2.1 section 11.2: commands, error codes, capabilities, and the fragmentation of messages into 64-byte
 * reports. Pure functions, used by host and authenticator. `ctaphid-reassembler.ts` reassembles messages.
 */
import { copyOf } from '#base/bytes.ts';
import { ProtocolViolation } from './errors.ts';

/** Length of every report; shorter content is padded with zeros (section 11.2.4). */
export const reportLength = 64;
export const initHeaderLength = 7;
export const contHeaderLength = 5;
/** The capacity of one initialization packet and 128 continuation packets (section 11.2.4). */
export const maxPayloadLength = reportLength - initHeaderLength + 128 * (reportLength - contHeaderLength);

/** Used only for CTAPHID_INIT, to request a channel. Channel 0 is reserved (section 11.2.4). */
export const broadcastChannel = 0xffff_ffff;
export const reservedChannel = 0;
/** The protocol version in the CTAPHID_INIT response (section 11.2.9.1.3). */
export const ctapHidProtocolVersion = 2;

/** Command codes of section 11.2.9, without the bit of initialization packets. */
export const ctapHidCommands = {
  PING: 0x01,
  MSG: 0x03,
  LOCK: 0x04,
  INIT: 0x06,
  WINK: 0x08,
  CBOR: 0x10,
  CANCEL: 0x11,
  KEEPALIVE: 0x3b,
  ERROR: 0x3f,
} as const satisfies Record<string, number>;
export type CtapHidCommand = keyof typeof ctapHidCommands;

/** Error codes of section 11.2.9.1.6. */
export const ctapHidErrors = {
  ERR_INVALID_CMD: 0x01,
  ERR_INVALID_PAR: 0x02,
  ERR_INVALID_LEN: 0x03,
  ERR_INVALID_SEQ: 0x04,
  ERR_MSG_TIMEOUT: 0x05,
  ERR_CHANNEL_BUSY: 0x06,
  ERR_LOCK_REQUIRED: 0x0a,
  ERR_INVALID_CHANNEL: 0x0b,
  ERR_OTHER: 0x7f,
} as const satisfies Record<string, number>;
export type CtapHidError = keyof typeof ctapHidErrors;

/** Bits of the capability byte, section 11.2.9.1.3. `nmsg`: CTAPHID_MSG is not supported. */
const capabilityBits = { wink: 0x01, cbor: 0x04, nmsg: 0x08 } as const;
export type Capabilities = Record<keyof typeof capabilityBits, boolean>;

/** Status byte of CTAPHID_KEEPALIVE, section 11.2.9.1.7. */
export const keepaliveStatus = { processing: 0x01, upneeded: 0x02 } as const;

interface Packet {
  channel: number;
  /** The complete report: header, part of the message, padding. */
  report: Uint8Array;
}

/** An initialization packet: the first packet of a message, with a header of 7 bytes. */
export interface InitPacket extends Packet {
  type: 'init';
  /** 7 bits; may be an unknown command. */
  command: number;
  /** Length of the complete message. */
  length: number;
}

/** A continuation packet, with a header of 5 bytes. */
export interface ContPacket extends Packet {
  type: 'cont';
  /** 0 to 127. */
  sequence: number;
}

/**
 * Parses one report. Any 64 bytes are a valid packet.
 * @throws {ProtocolViolation} `ctaphid.report-length` if it does not have 64 bytes.
 */
export function parsePacket(report: Uint8Array): InitPacket | ContPacket {
  if (report.length !== reportLength)
    throw createViolation('report-length', 0, `Expected a report of ${reportLength} bytes, got ${report.length}`);
  const channel = ((report[0]! << 24) | (report[1]! << 16) | (report[2]! << 8) | report[3]!) >>> 0;
  const type = report[4]!;
  if (type < 0x80) return { type: 'cont', channel, sequence: type, report };
  const length = (report[5]! << 8) | report[6]!;
  return { type: 'init', channel, command: type & 0x7f, length, report };
}

/** Splits a message into reports. A receiver must reject the packets of a message of more than 7,609 bytes. */
export function fragment(channel: number, command: number, payload: Uint8Array): Uint8Array[] {
  const first = writeHeader(new Uint8Array(reportLength), channel, 0x80 | command);
  first[5] = payload.length >> 8;
  first[6] = payload.length;
  let offset = copyPayload(first, initHeaderLength, payload, 0);
  const reports = [first];
  for (let sequence = 0; offset < payload.length; sequence++) {
    reports.push(writeHeader(createContinuation(payload, offset), channel, sequence & 0x7f));
    offset += reportLength - contHeaderLength;
  }
  return reports;
}

function writeHeader(report: Uint8Array, channel: number, type: number): Uint8Array {
  report[0] = channel >>> 24;
  report[1] = channel >>> 16;
  report[2] = channel >>> 8;
  report[3] = channel;
  report[4] = type;
  return report;
}

/** Returns a report with the payload from `from` on. The caller writes the header over its first bytes. */
function createContinuation(payload: Uint8Array, from: number): Uint8Array {
  const start = from - contHeaderLength;
  const end = start + reportLength;
  if (end <= payload.length) return copyOf(payload, start, end); // twice as fast as copying into an empty report
  const report = new Uint8Array(reportLength);
  copyPayload(report, contHeaderLength, payload, from);
  return report;
}

/** Copies as much of the payload as fits. Returns the offset after the copied part. */
function copyPayload(report: Uint8Array, at: number, payload: Uint8Array, from: number): number {
  const count = Math.min(payload.length - from, report.length - at);
  // For up to 64 bytes, a loop is faster than `subarray` and `set`.
  for (let index = 0; index < count; index++) report[at + index] = payload[from + index]!;
  return from + count;
}

/** The response to CTAPHID_INIT, section 11.2.9.1.3. */
export interface InitResponse {
  /** The nonce of the request, 8 bytes. */
  nonce: Uint8Array;
  channel: number;
  protocolVersion: number;
  /** Major, minor, build. */
  deviceVersion: readonly [number, number, number];
  capabilities: Capabilities;
}

export const nonceLength = 8;
const initResponseLength = 17;

export function encodeInitResponse(response: InitResponse): Uint8Array {
  const bytes = new Uint8Array(initResponseLength);
  bytes.set(response.nonce.subarray(0, nonceLength));
  new DataView(bytes.buffer).setUint32(nonceLength, response.channel);
  const { wink, cbor, nmsg } = response.capabilities;
  const capabilities =
    (wink ? capabilityBits.wink : 0) | (cbor ? capabilityBits.cbor : 0) | (nmsg ? capabilityBits.nmsg : 0);
  bytes.set([response.protocolVersion, ...response.deviceVersion, capabilities], 12);
  return bytes;
}

/**
 * Decodes a response to CTAPHID_INIT. Bytes after the first 17 are reserved for later versions and ignored.
 * @throws {ProtocolViolation} `ctaphid.init-length` if it is shorter, `ctaphid.init-channel` if the channel is reserved.
 */
export function decodeInitResponse(bytes: Uint8Array): InitResponse {
  if (bytes.length < initResponseLength)
    throw createViolation(
      'init-length',
      5,
      `Expected an INIT response of at least ${initResponseLength} bytes, got ${bytes.length}`,
      '11.2.9.1.3',
    );
  const channel = new DataView(bytes.buffer, bytes.byteOffset).getUint32(nonceLength);
  if (channel === reservedChannel || channel === broadcastChannel)
    throw createViolation(
      'init-channel',
      15,
      `Expected a usable channel in the INIT response, got the reserved channel 0x${channel.toString(16)}`,
      '11.2.9.1.3',
    );
  const bits = bytes[16]!;
  return {
    nonce: new Uint8Array(bytes.subarray(0, nonceLength)),
    channel,
    protocolVersion: bytes[12]!,
    deviceVersion: [bytes[13]!, bytes[14]!, bytes[15]!],
    capabilities: {
      wink: (bits & capabilityBits.wink) !== 0,
      cbor: (bits & capabilityBits.cbor) !== 0,
      nmsg: (bits & capabilityBits.nmsg) !== 0,
    },
  };
}

/** Creates the error for a violation of section 11.2; `offset` is the offset in the report. */
export const createViolation = (rule: string, offset: number, message: string, section = '11.2.4') =>
  new ProtocolViolation({ rule: `ctaphid.${rule}`, section: `CTAP 2.1 section ${section}`, offset }, message);

const invertTable = <K extends string>(table: Record<K, number>) =>
  new Map(Object.entries<number>(table).map(([name, code]) => [code, name as K]));
const commandNames = invertTable(ctapHidCommands);
const errorNames = invertTable(ctapHidErrors);
/** Return the name of a code, or undefined if it is not in the table. */
export const ctapHidCommandName = (code: number): CtapHidCommand | undefined => commandNames.get(code);
export const ctapHidErrorName = (code: number): CtapHidError | undefined => errorNames.get(code);
