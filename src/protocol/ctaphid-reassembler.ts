/** Puts the packets of one channel together again. Every byte is hostile: at most 7,609 bytes are held, whatever is declared. */
import { type ContPacket, type InitPacket, maxPayloadLength, violation } from './ctaphid.ts';

export interface HidMessage {
  channel: number;
  command: number;
  payload: Uint8Array;
}

/** One message on its way. It begins with its initialization packet. */
export class Reassembler {
  readonly channel: number;
  readonly command: number;
  readonly #payload: Uint8Array;
  #received = 0;
  #expectedSequence = 0;

  /** @throws {ProtocolViolation} `ctaphid.length` when more is announced than a message can carry. */
  constructor({ channel, command, length, data }: InitPacket) {
    if (length > maxPayloadLength)
      throw violation('length', 5, `a message of ${length} bytes is announced, ${maxPayloadLength} are possible`);
    this.channel = channel;
    this.command = command;
    this.#payload = new Uint8Array(length);
    this.#take(data);
  }

  /** The message once it is whole, undefined before. */
  get message(): HidMessage | undefined {
    if (this.#received < this.#payload.length) return undefined;
    return { channel: this.channel, command: this.command, payload: this.#payload };
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
    if (this.#received >= this.#payload.length)
      throw violation('orphan', 4, 'a continuation packet follows a whole message');
    if (packet.sequence !== this.#expectedSequence)
      throw violation('sequence', 4, `packet ${packet.sequence} came, ${this.#expectedSequence} was wanted`);
    this.#expectedSequence += 1;
    this.#take(packet.data);
  }

  /** Copies: the report it came in may be used again. */
  #take(data: Uint8Array): void {
    const taken = Math.min(data.length, this.#payload.length - this.#received);
    for (let index = 0; index < taken; index++) this.#payload[this.#received + index] = data[index]!;
    this.#received += taken;
  }
}
