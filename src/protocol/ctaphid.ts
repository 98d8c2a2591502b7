/**
 * CTAPHID packets, CTAP 2.1 section 11.2: commands, error codes, capabilities, and messages cut into 64-byte reports.
 * Pure; both sides share it. Putting packets together again is in `ctaphid-reassembler.ts`.
 */
import { copyOf } from '#base/bytes.ts';
import { ProtocolViolation } from './errors.ts';

/** Every report has this length, padded with zeros (section 11.2.4). */
export const reportLength = 64;
export const initHeaderLength = 7;
export const contHeaderLength = 5;
/** One initialization packet and 128 continuation packets (section 11.2.4). */
export const maxPayloadLength = reportLength - initHeaderLength + 128 * (reportLength - contHeaderLength);

/** Only CTAPHID_INIT travels here, to ask for a channel; 0 is reserved (section 11.2.4). */
export const broadcastChannel = 0xffff_ffff;
export const reservedChannel = 0;
/** The version that CTAPHID_INIT answers with (section 11.2.9.1.3). */
export const ctapHidProtocolVersion = 2;

/** Section 11.2.9, without the bit that marks an initialization packet. */
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

/** Section 11.2.9.1.6. */
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

/** Bits of the capability byte, section 11.2.9.1.3. `nmsg`: it does not speak CTAPHID_MSG. */
const capabilityBits = { wink: 0x01, cbor: 0x04, nmsg: 0x08 } as const;
export type Capabilities = Record<keyof typeof capabilityBits, boolean>;

/** The byte of CTAPHID_KEEPALIVE, section 11.2.9.1.7. */
export const keepaliveStatus = { processing: 0x01, upneeded: 0x02 } as const;

interface Packet {
  channel: number;
  /** The whole of it; what it carries of the message stands behind its header, padding included. */
  report: Uint8Array;
}

/** The first packet of a message, with a header of 7 bytes. `length` is of the whole message. */
export interface InitPacket extends Packet {
  type: 'init';
  /** 7 bits: any, known or not. */
  command: number;
  length: number;
}

/** Its header has 5 bytes. */
export interface ContPacket extends Packet {
  type: 'cont';
  /** 0 to 127. */
  sequence: number;
}

/**
 * Reads one report.
 * @throws {ProtocolViolation} `ctaphid.report-length` unless it has 64 bytes; any 64 bytes are a packet.
 */
export function parsePacket(report: Uint8Array): InitPacket | ContPacket {
  if (report.length !== reportLength)
    throw violation('report-length', 0, `a report has ${report.length} bytes, ${reportLength} are wanted`);
  const channel = ((report[0]! << 24) | (report[1]! << 16) | (report[2]! << 8) | report[3]!) >>> 0;
  const type = report[4]!;
  if (type < 0x80) return { type: 'cont', channel, sequence: type, report };
  const length = (report[5]! << 8) | report[6]!;
  return { type: 'init', channel, command: type & 0x7f, length, report };
}

/** Cuts a message into reports. One of more than 7,609 bytes gives packets that no receiver may accept. */
export function fragment(channel: number, command: number, payload: Uint8Array): Uint8Array[] {
  const first = address(new Uint8Array(reportLength), channel, 0x80 | command);
  first[5] = payload.length >> 8;
  first[6] = payload.length;
  let taken = fill(first, initHeaderLength, payload, 0);
  const reports = [first];
  for (let sequence = 0; taken < payload.length; sequence++) {
    reports.push(address(continuation(payload, taken), channel, sequence & 0x7f));
    taken += reportLength - contHeaderLength;
  }
  return reports;
}

function address(report: Uint8Array, channel: number, type: number): Uint8Array {
  report[0] = channel >>> 24;
  report[1] = channel >>> 16;
  report[2] = channel >>> 8;
  report[3] = channel;
  report[4] = type;
  return report;
}

/** A report with what of the payload begins at `from`. Its header is still to be written: bytes before `from` may stand there. */
function continuation(payload: Uint8Array, from: number): Uint8Array {
  const start = from - contHeaderLength;
  const end = start + reportLength;
  if (end <= payload.length) return copyOf(payload, start, end); // twice as fast as filling an empty one
  const report = new Uint8Array(reportLength);
  fill(report, contHeaderLength, payload, from);
  return report;
}

function fill(report: Uint8Array, at: number, payload: Uint8Array, from: number): number {
  const taken = Math.min(payload.length - from, report.length - at);
  // For so few bytes a loop is faster than a view and `set`.
  for (let index = 0; index < taken; index++) report[at + index] = payload[from + index]!;
  return from + taken;
}

/** The answer to CTAPHID_INIT, section 11.2.9.1.3. */
export interface InitResponse {
  /** 8 bytes, the request's own. */
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
 * Reads an answer to CTAPHID_INIT; bytes after the 17 known ones are for later versions.
 * @throws {ProtocolViolation} `ctaphid.init-length` when it is shorter, `ctaphid.init-channel` when it gives a channel nobody may use.
 */
export function decodeInitResponse(bytes: Uint8Array): InitResponse {
  if (bytes.length < initResponseLength)
    throw violation('init-length', 5, `the answer to INIT has ${bytes.length} bytes, ${initResponseLength} are wanted`);
  const channel = new DataView(bytes.buffer, bytes.byteOffset).getUint32(nonceLength);
  if (channel === reservedChannel || channel === broadcastChannel)
    throw violation('init-channel', 15, `INIT gave channel 0x${channel.toString(16)}, which is reserved`);
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

/** A broken rule of section 11.2; `offset` is in the report. */
export const violation = (rule: string, offset: number, message: string) =>
  new ProtocolViolation(`ctaphid.${rule}`, 'CTAP 2.1 section 11.2.4', offset, message);

const namesOf = <K extends string>(table: Record<K, number>) =>
  new Map(Object.entries<number>(table).map(([name, code]) => [code, name as K]));
const commandNames = namesOf(ctapHidCommands);
const errorNames = namesOf(ctapHidErrors);
/** The name of a code, or undefined for one that the table does not have. */
export const ctapHidCommandName = (code: number): CtapHidCommand | undefined => commandNames.get(code);
export const ctapHidErrorName = (code: number): CtapHidError | undefined => errorNames.get(code);
