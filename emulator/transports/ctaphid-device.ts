/**
 * CTAPHID, device side, CTAP 2.1 section 11.2: a state machine that takes reports and gives reports. It owns who may talk
 * when: channels, the one transaction, the lock. It knows no sockets, and no packet makes it throw.
 */

import { type Clock, systemClock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { type Random, systemRandom } from '#base/random.ts';
import {
  broadcastChannel,
  type Capabilities,
  type ContPacket,
  type CtapHidCommand,
  type CtapHidError,
  ctapHidCommandName,
  ctapHidCommands,
  ctapHidErrors,
  ctapHidProtocolVersion,
  encodeInitResponse,
  fragment,
  type InitPacket,
  initHeaderLength,
  keepaliveStatus,
  maxPayloadLength,
  nonceLength,
  parsePacket,
  reportLength,
  reservedChannel,
} from '#protocol/ctaphid.ts';
import { type HidMessage, Reassembler } from '#protocol/ctaphid-reassembler.ts';
import { TransportError } from '#protocol/errors.ts';
import type { Keepalive } from '../session.ts';
import { HidChannels } from './ctaphid-channels.ts';
import { type ProcessMessage, RunningCommand, type RunningCommandParts } from './ctaphid-command.ts';

/** Section 11.2.5.2: a host that stays silent this long inside a message has lost it. */
const defaultPacketTimeoutMs = 500;
/** Section 11.2.9.2.2. */
const longestLockSeconds = 10;

export interface CtapHidDeviceOptions {
  /** CTAP2: command byte and CBOR in, status and CBOR out. */
  process: ProcessMessage;
  /** CTAP1/U2F: an APDU in, data and status word out. Without it the device says that it has no CTAPHID_MSG. */
  processU2f?: ProcessMessage | undefined;
  /** Gets each report to the host. */
  send(report: Uint8Array): void;
  /** CTAPHID_WINK: the device shows itself. Without it there is no such command. */
  wink?: (() => void) | undefined;
  /** False for a device that lets the host wait in silence. */
  sendsKeepalives?: boolean | undefined;
  /** Major, minor, build. */
  deviceVersion?: readonly [number, number, number] | undefined;
  /** The power went during a command: no answer comes. */
  onPowerLost?: ((error: TransportError) => void) | undefined;
  /** How long a host may stay silent inside a message: 500 ms without. */
  packetTimeoutMs?: number | undefined;
  clock?: Clock | undefined;
  random?: Random | undefined;
}

const nothing = new Uint8Array(0);
const keepalivePayload: Record<Keepalive, Uint8Array> = {
  processing: new Uint8Array([keepaliveStatus.processing]),
  upneeded: new Uint8Array([keepaliveStatus.upneeded]),
};

export class CtapHidDevice {
  readonly #options: CtapHidDeviceOptions;
  readonly #clock: Clock;
  readonly #channels: HidChannels;
  readonly #capabilities: Capabilities;
  readonly #messageTimeout: Deadline;
  readonly #pace: Deadline;
  readonly #sendStatus: RunningCommandParts['sendStatus'];
  /** The one transaction: a message that arrives, or a command at work. */
  #receiving: Reassembler | undefined;
  #running: RunningCommand | undefined;
  /** Serves until a command is cancelled: a controller for each would cost a seventh of a registration. */
  #cancel = new AbortController();
  /** When the command at work ends, and the last one that was thrown away: it may still be at it when another comes. */
  #end: Promise<void> | undefined;
  #abandoned: Promise<void> | undefined;
  #lock: { channel: number; until: number } | undefined;

  constructor(options: CtapHidDeviceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#messageTimeout = new Deadline(this.#clock, () => this.#onMessageTimeout());
    this.#pace = new Deadline(this.#clock, () => this.#running?.repeatStatus());
    if (options.sendsKeepalives !== false)
      this.#sendStatus = (channel, status) => this.#reply(channel, ctapHidCommands.KEEPALIVE, keepalivePayload[status]);
    this.#channels = new HidChannels(options.random ?? systemRandom);
    this.#capabilities = { wink: options.wink !== undefined, cbor: true, nmsg: options.processU2f === undefined };
  }

  /** Takes one report from the host. What is not 64 bytes long is no report, and nothing happens. */
  receive(report: Uint8Array): void {
    if (report.length !== reportLength) return;
    const packet = parsePacket(report);
    if (packet.type === 'cont') this.#onContinuation(packet);
    else if (packet.command === ctapHidCommands.INIT) this.#onInit(packet);
    else if (packet.command === ctapHidCommands.CANCEL) this.#onCancel(packet);
    else this.#onFirst(packet);
  }

  /** As after power-up: channels, lock and transaction are forgotten, and nothing is sent for them. */
  reset(): void {
    this.#abandon();
    this.#messageTimeout.stop();
    this.#pace.stop();
    this.#channels.clear();
    this.#lock = undefined;
  }

  /** Section 11.2.9.1.3: allocates a channel, or brings an allocated one back to its beginning. Possible at any time. */
  #onInit({ channel, length, report }: InitPacket): void {
    const refusal =
      channel === reservedChannel ? 'ERR_INVALID_CHANNEL' : length === nonceLength ? undefined : 'ERR_INVALID_LEN';
    if (refusal) {
      this.#error(channel, refusal);
      return;
    }
    if (this.#transactionChannel === channel) this.#abandon();
    const response = encodeInitResponse({
      nonce: report.slice(initHeaderLength, initHeaderLength + nonceLength),
      channel: channel === broadcastChannel ? this.#channels.allocate() : this.#channels.adopt(channel),
      protocolVersion: ctapHidProtocolVersion,
      deviceVersion: this.#options.deviceVersion ?? [1, 0, 0],
      capabilities: this.#capabilities,
    });
    this.#reply(channel, ctapHidCommands.INIT, response);
  }

  /** Section 11.2.9.1.5: never answered itself; the cancelled command answers. */
  #onCancel({ channel }: InitPacket): void {
    if (!this.#channels.has(channel)) this.#error(channel, 'ERR_INVALID_CHANNEL');
    else if (this.#running?.channel === channel) this.#running.cancel();
  }

  /** The first packet of a message, section 11.2.5. */
  #onFirst(packet: InitPacket): void {
    const refusal = this.#refusalOf(packet);
    if (refusal === 'ERR_INVALID_SEQ') this.#abandon();
    if (refusal) this.#error(packet.channel, refusal);
    else this.#begin(new Reassembler(packet));
  }

  /** Why a message may not begin now. */
  #refusalOf({ channel, command, length }: InitPacket): CtapHidError | undefined {
    if (!this.#channels.has(channel)) return 'ERR_INVALID_CHANNEL';
    if (this.#receiving?.channel === channel) return 'ERR_INVALID_SEQ';
    if (this.#transactionChannel !== undefined || this.#isLockedAgainst(channel)) return 'ERR_CHANNEL_BUSY';
    if (!this.#speaks(command)) return 'ERR_INVALID_CMD';
    return length > maxPayloadLength ? 'ERR_INVALID_LEN' : undefined;
  }

  #begin(reassembler: Reassembler): void {
    const { message } = reassembler;
    if (message) {
      this.#execute(message);
      return;
    }
    this.#receiving = reassembler;
    this.#awaitPacket();
  }

  /** Continuation packets that belong to nothing are ignored (section 11.2.5.4). */
  #onContinuation(packet: ContPacket): void {
    const receiving = this.#receiving;
    if (receiving?.channel !== packet.channel) return;
    try {
      receiving.accept(packet);
    } catch {
      this.#abandon();
      this.#error(packet.channel, 'ERR_INVALID_SEQ');
      return;
    }
    const { message } = receiving;
    if (!message) {
      this.#awaitPacket();
      return;
    }
    this.#abandon();
    this.#execute(message);
  }

  #awaitPacket(): void {
    this.#messageTimeout.set(this.#options.packetTimeoutMs ?? defaultPacketTimeoutMs);
  }

  #onMessageTimeout(): void {
    const channel = this.#receiving?.channel;
    this.#abandon();
    if (channel !== undefined) this.#error(channel, 'ERR_MSG_TIMEOUT');
  }

  #execute(message: HidMessage): void {
    const { channel, command, payload } = message;
    const name = ctapHidCommandName(command);
    const process = name === 'CBOR' ? this.#options.process : name === 'MSG' ? this.#options.processU2f : undefined;
    if (process && payload.length > 0) {
      this.#start(message, process);
      return;
    }
    const answer = this.#atOnce(name, message);
    if (typeof answer === 'string') this.#error(channel, answer);
    else this.#reply(channel, command, answer);
  }

  #speaks(command: number): boolean {
    const name = ctapHidCommandName(command);
    if (name === 'MSG') return !this.#capabilities.nmsg;
    if (name === 'WINK') return this.#capabilities.wink;
    return name === 'PING' || name === 'LOCK' || name === 'CBOR';
  }

  /** The commands that take no time. What is left is a CBOR or MSG without a message. */
  #atOnce(name: CtapHidCommand | undefined, message: HidMessage): Uint8Array | CtapHidError {
    if (name === 'PING') return message.payload;
    if (name === 'WINK') return this.#wink(message.payload);
    return name === 'LOCK' ? this.#setLock(message) : 'ERR_INVALID_LEN';
  }

  #wink(payload: Uint8Array): Uint8Array | CtapHidError {
    if (payload.length > 0) return 'ERR_INVALID_LEN';
    this.#options.wink?.();
    return nothing;
  }

  /** Section 11.2.9.2.2: 0 to 10 seconds for one channel alone; 0 ends it. */
  #setLock({ channel, payload }: HidMessage): Uint8Array | CtapHidError {
    const [seconds] = payload;
    if (seconds === undefined || payload.length > 1) return 'ERR_INVALID_LEN';
    if (seconds > longestLockSeconds) return 'ERR_INVALID_PAR';
    this.#lock = seconds === 0 ? undefined : { channel, until: this.#clock.monotonic() + seconds * 1000 };
    return nothing;
  }

  #isLockedAgainst(channel: number): boolean {
    if (this.#lock && this.#clock.monotonic() >= this.#lock.until) this.#lock = undefined;
    return this.#lock !== undefined && this.#lock.channel !== channel;
  }

  #start(message: HidMessage, process: ProcessMessage): void {
    if (this.#cancel.signal.aborted) this.#cancel = new AbortController();
    const running = new RunningCommand({
      channel: message.channel,
      cancel: this.#cancel,
      pace: this.#pace,
      sendStatus: this.#sendStatus,
    });
    this.#running = running;
    this.#end = this.#work(message, running, process);
  }

  /** Runs a command and sends what comes of it, unless nobody waits for it any more. Never rejects. */
  async #work({ channel, command, payload }: HidMessage, running: RunningCommand, process: ProcessMessage) {
    let outcome: unknown;
    try {
      if (this.#abandoned) await this.#abandoned;
      outcome = await running.run(process, payload);
    } catch (error) {
      outcome = error;
    }
    const wanted = this.#running === running;
    if (wanted) {
      this.#running = undefined;
      this.#pace.clear();
    }
    if (outcome instanceof TransportError) {
      if (outcome.kind === 'disconnected') this.#options.onPowerLost?.(outcome);
    } else if (wanted && outcome instanceof Uint8Array) this.#reply(channel, command, outcome);
    else if (wanted) this.#error(channel, 'ERR_OTHER');
  }

  get #transactionChannel(): number | undefined {
    return this.#receiving?.channel ?? this.#running?.channel;
  }

  /** Ends the transaction without a word. */
  #abandon(): void {
    this.#messageTimeout.clear();
    this.#pace.clear();
    if (this.#running) {
      this.#running.abandon();
      this.#abandoned = this.#end;
    }
    this.#receiving = undefined;
    this.#running = undefined;
  }

  #error(channel: number, error: CtapHidError): void {
    this.#reply(channel, ctapHidCommands.ERROR, new Uint8Array([ctapHidErrors[error]]));
  }

  #reply(channel: number, command: number, payload: Uint8Array): void {
    for (const report of fragment(channel, command, payload)) this.#options.send(report);
  }
}
