/**
 * Reassembles a CTAPHID message from the packets of one channel. Packets are untrusted: at most 7,609 bytes are stored, even if a greater
 * length is announced.
 */
import { copyOf } from '#base/bytes.ts';
import {
  type ContPacket,
  contHeaderLength,
  createViolation,
  type InitPacket,
  initHeaderLength,
  maxPayloadLength,
  reportLength,
} from './ctaphid.ts';

export interface HidMessage {
  channel: number;
  command: number;
  payload: Uint8Array;
}

const initPacketCapacity = reportLength - initHeaderLength;
const contPacketCapacity = reportLength - contHeaderLength;

/**
 * One message that is being received, from its initialization packet on.
 *
 * For speed, each report is copied completely, so that its data follows the data before it, and the bytes that its header
 * has overwritten are restored. Copying only the data takes three times as long.
 */
export class Reassembler {
  readonly channel: number;
  readonly command: number;
  readonly #length: number;
  /** The payload. For a message of several reports, the header of the first report is before it, and the padding of the last report after it. */
  readonly #buffer: Uint8Array;
  #received = initPacketCapacity;
  #expectedSequence = 0;

  /** @throws {ProtocolViolation} `ctaphid.length` if the announced length is above the maximum. */
  constructor({ channel, command, length, report }: InitPacket) {
    if (length > maxPayloadLength)
      throw createViolation(
        'length',
        5,
        `Expected a message of at most ${maxPayloadLength} bytes, the packet announces ${length}`,
      );
    this.channel = channel;
    this.command = command;
    this.#length = length;
    if (length > initPacketCapacity) {
      this.#buffer = new Uint8Array(initHeaderLength + length + reportLength);
      this.#buffer.set(report);
    } else this.#buffer = copyOf(report, initHeaderLength, initHeaderLength + length);
  }

  /** The message when it is complete, undefined before. */
  get message(): HidMessage | undefined {
    if (this.#received < this.#length) return undefined;
    const { channel, command } = this;
    if (this.#length <= initPacketCapacity) return { channel, command, payload: this.#buffer };
    return { channel, command, payload: this.#buffer.subarray(initHeaderLength, initHeaderLength + this.#length) };
  }

  /**
   * Adds the next packet of the same channel.
   * @throws {ProtocolViolation} `ctaphid.channel` (packet of another channel), `ctaphid.unexpected-init`, `ctaphid.orphan`
   * (the message is already complete) or `ctaphid.sequence`.
   */
  accept(packet: InitPacket | ContPacket): void {
    if (packet.channel !== this.channel)
      throw createViolation(
        'channel',
        0,
        `Expected a packet of channel ${this.channel}, got channel ${packet.channel}`,
      );
    if (packet.type === 'init')
      throw createViolation('unexpected-init', 4, 'Expected a continuation packet, got an initialization packet');
    if (this.#received >= this.#length)
      throw createViolation('orphan', 4, 'Expected no packet after a complete message, got a continuation packet');
    if (packet.sequence !== this.#expectedSequence)
      throw createViolation(
        'sequence',
        4,
        `Expected sequence number ${this.#expectedSequence}, got ${packet.sequence}`,
      );
    this.#expectedSequence += 1;
    this.#append(packet.report);
  }

  /** Returns the packet with the sequence number that is expected next, for a receiver that does not check it. */
  renumber(packet: ContPacket): ContPacket {
    return { ...packet, sequence: this.#expectedSequence };
  }

  #append(report: Uint8Array): void {
    const buffer = this.#buffer;
    const at = initHeaderLength + this.#received - contHeaderLength;
    const overwritten = [buffer[at]!, buffer[at + 1]!, buffer[at + 2]!, buffer[at + 3]!, buffer[at + 4]!];
    buffer.set(report, at);
    for (let index = 0; index < contHeaderLength; index++) buffer[at + index] = overwritten[index]!;
    this.#received += contPacketCapacity;
  }
}
