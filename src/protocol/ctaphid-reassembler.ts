/** Puts the packets of one channel together again. Every byte is hostile: at most 7,609 bytes are held, whatever is declared. */
import { copyOf } from '#base/bytes.ts';
import {
  type ContPacket,
  contHeaderLength,
  type InitPacket,
  initHeaderLength,
  maxPayloadLength,
  reportLength,
  violation,
} from './ctaphid.ts';

export interface HidMessage {
  channel: number;
  command: number;
  payload: Uint8Array;
}

const inFirst = reportLength - initHeaderLength;
const inEachOther = reportLength - contHeaderLength;

/**
 * One message on its way. It begins with its initialization packet.
 *
 * Each report is laid down whole, so that its data follow the data before, and the bytes that its header has overwritten
 * are put back: a third of what copying the data alone would cost, byte by byte or through a view.
 */
export class Reassembler {
  readonly channel: number;
  readonly command: number;
  readonly #length: number;
  /** The message; one of several reports with the first header before it, and room for the padding of the last. */
  readonly #laid: Uint8Array;
  #received = inFirst;
  #expectedSequence = 0;

  /** @throws {ProtocolViolation} `ctaphid.length` when more is announced than a message can carry. */
  constructor({ channel, command, length, report }: InitPacket) {
    if (length > maxPayloadLength)
      throw violation('length', 5, `a message of ${length} bytes is announced, ${maxPayloadLength} are possible`);
    this.channel = channel;
    this.command = command;
    this.#length = length;
    if (length > inFirst) {
      this.#laid = new Uint8Array(initHeaderLength + length + reportLength);
      this.#laid.set(report);
    } else this.#laid = copyOf(report, initHeaderLength, initHeaderLength + length);
  }

  /** The message once it is whole, undefined before. */
  get message(): HidMessage | undefined {
    if (this.#received < this.#length) return undefined;
    const { channel, command } = this;
    if (this.#length <= inFirst) return { channel, command, payload: this.#laid };
    return { channel, command, payload: this.#laid.subarray(initHeaderLength, initHeaderLength + this.#length) };
  }

  /**
   * Takes the next packet of the same channel.
   * @throws {ProtocolViolation} `ctaphid.unexpected-init`, `ctaphid.sequence`, `ctaphid.channel` (another's packet) or
   * `ctaphid.orphan` (the message is whole already).
   */
  accept(packet: InitPacket | ContPacket): void {
    if (packet.channel !== this.channel)
      throw violation('channel', 0, `a packet of channel ${packet.channel} came for ${this.channel}`);
    if (packet.type === 'init')
      throw violation('unexpected-init', 4, 'a message begins before the one under way has ended');
    if (this.#received >= this.#length) throw violation('orphan', 4, 'a continuation packet follows a whole message');
    if (packet.sequence !== this.#expectedSequence)
      throw violation('sequence', 4, `packet ${packet.sequence} came, ${this.#expectedSequence} was wanted`);
    this.#expectedSequence += 1;
    this.#lay(packet.report);
  }

  #lay(report: Uint8Array): void {
    const laid = this.#laid;
    const at = initHeaderLength + this.#received - contHeaderLength;
    const before = [laid[at]!, laid[at + 1]!, laid[at + 2]!, laid[at + 3]!, laid[at + 4]!];
    laid.set(report, at);
    for (let index = 0; index < contHeaderLength; index++) laid[at + index] = before[index]!;
    this.#received += inEachOther;
  }
}
