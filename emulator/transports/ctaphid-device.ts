/**
 * CTAPHID, device side, CTAP 2.1 section 11.2: a state machine that receives reports and sends reports. It decides which channel
 * may send when: allocated channels, the single transaction, the lock. It uses no sockets and throws for no packet.
 */

import { systemClock } from '#base/clock.ts';
import { Deadline } from '#base/deadline.ts';
import { systemRandom } from '#base/random.ts';
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
import { type ProcessMessage, RunningCommand, type RunningCommandOptions } from './ctaphid-command.ts';
import type { CtapHidDeviceOptions } from './ctaphid-device-options.ts';
import { ChannelLock } from './ctaphid-lock.ts';
import { DelayedPackets } from './delayed-packets.ts';

/** Section 11.2.5.2: time limit for the next packet of a message. */
const defaultPacketTimeoutMs = 500;

/** Without INIT no host could open the device, and a keepalive has only one packet. */
const unalteredCommands: readonly number[] = [ctapHidCommands.INIT, ctapHidCommands.KEEPALIVE];
const nothing = new Uint8Array(0);
const keepalivePayload: Record<Keepalive, Uint8Array> = {
  processing: new Uint8Array([keepaliveStatus.processing]),
  upneeded: new Uint8Array([keepaliveStatus.upneeded]),
};

export class CtapHidDevice {
  readonly #options: CtapHidDeviceOptions;
  readonly #channels: HidChannels;
  readonly #lock: ChannelLock;
  readonly #capabilities: Capabilities;
  readonly #packetTimeout: Deadline;
  readonly #keepaliveTimer: Deadline;
  readonly #alteredPackets: DelayedPackets;
  readonly #sendKeepalive: RunningCommandOptions['sendKeepalive'];
  /** The single transaction: a message being received, or a command that runs. */
  #receiving: Reassembler | undefined;
  #running: RunningCommand | undefined;
  /** Reused until a command is cancelled: one per command would cost a seventh of a registration's time. */
  #cancel = new AbortController();
  /** Settles when the running command ends. */
  #runningEnd: Promise<void> | undefined;
  /** Settles when the last abandoned command ends. It may still run when the next command arrives. */
  #abandonedEnd: Promise<void> | undefined;

  constructor(options: CtapHidDeviceOptions) {
    const { clock = systemClock, random = systemRandom } = options;
    this.#options = options;
    this.#packetTimeout = new Deadline(clock, () => this.#onPacketTimeout());
    this.#keepaliveTimer = new Deadline(clock, () => this.#running?.repeatKeepalive());
    this.#alteredPackets = new DelayedPackets(clock, (report) => options.send(report));
    if (options.sendsKeepalives !== false)
      this.#sendKeepalive = (channel, status) =>
        this.#reply(channel, ctapHidCommands.KEEPALIVE, keepalivePayload[status]);
    this.#channels = new HidChannels(random);
    this.#lock = new ChannelLock(clock);
    this.#capabilities = { wink: options.wink !== undefined, cbor: true, nmsg: options.processU2f === undefined };
  }

  /** Receives one report from the host. Ignores a report that is not 64 bytes long. */
  receive(report: Uint8Array): void {
    if (report.length !== reportLength) return;
    const packet = parsePacket(report);
    if (packet.type === 'cont') this.#onContinuation(packet);
    else if (packet.command === ctapHidCommands.INIT) this.#onInit(packet);
    else if (packet.command === ctapHidCommands.CANCEL) this.#onCancel(packet);
    else this.#onInitializationPacket(packet);
  }

  /** Returns to the state after power-up: drops channels, lock and transaction, and sends nothing for them. */
  reset(): void {
    this.#abandonTransaction();
    this.#packetTimeout.stop();
    this.#keepaliveTimer.stop();
    this.#alteredPackets.clear();
    this.#channels.clear();
    this.#lock.release();
  }

  /** Section 11.2.9.1.3: allocates a channel, or resets an allocated one. Allowed at any time. */
  #onInit({ channel, length, report }: InitPacket): void {
    const error =
      channel === reservedChannel ? 'ERR_INVALID_CHANNEL' : length === nonceLength ? undefined : 'ERR_INVALID_LEN';
    if (error) {
      this.#sendError(channel, error);
      return;
    }
    if (this.#transactionChannel === channel) this.#abandonTransaction();
    const response = encodeInitResponse({
      nonce: report.slice(initHeaderLength, initHeaderLength + nonceLength),
      channel: channel === broadcastChannel ? this.#channels.allocate() : this.#channels.adopt(channel),
      protocolVersion: ctapHidProtocolVersion,
      deviceVersion: this.#options.deviceVersion ?? [1, 0, 0],
      capabilities: this.#capabilities,
    });
    this.#reply(channel, ctapHidCommands.INIT, response);
  }

  /** Section 11.2.9.1.5: CANCEL has no response of its own; the cancelled command responds. */
  #onCancel({ channel }: InitPacket): void {
    if (!this.#channels.has(channel)) this.#sendError(channel, 'ERR_INVALID_CHANNEL');
    else if (this.#running?.channel === channel) this.#running.cancel();
  }

  /** Section 11.2.4: the first packet of a message. */
  #onInitializationPacket(packet: InitPacket): void {
    const error = this.#checkInitializationPacket(packet);
    if (error === 'ERR_INVALID_SEQ') this.#abandonTransaction();
    if (error) this.#sendError(packet.channel, error);
    else this.#beginMessage(new Reassembler(packet));
  }

  /** Returns why a message may not begin now; undefined if it may. */
  #checkInitializationPacket({ channel, command, length }: InitPacket): CtapHidError | undefined {
    if (!this.#channels.has(channel)) return 'ERR_INVALID_CHANNEL';
    if (this.#receiving?.channel === channel) return 'ERR_INVALID_SEQ';
    if (this.#transactionChannel !== undefined || this.#lock.blocks(channel)) return 'ERR_CHANNEL_BUSY';
    if (!this.#supports(command)) return 'ERR_INVALID_CMD';
    return length > maxPayloadLength ? 'ERR_INVALID_LEN' : undefined;
  }

  #beginMessage(reassembler: Reassembler): void {
    const { message } = reassembler;
    if (message) {
      this.#execute(message);
      return;
    }
    this.#receiving = reassembler;
    this.#startPacketTimeout();
  }

  /** Ignores a continuation packet that belongs to no message (section 11.2.5.4). */
  #onContinuation(packet: ContPacket): void {
    const receiving = this.#receiving;
    if (receiving?.channel !== packet.channel) return;
    try {
      receiving.accept(packet);
    } catch {
      this.#abandonTransaction();
      this.#sendError(packet.channel, 'ERR_INVALID_SEQ');
      return;
    }
    const { message } = receiving;
    if (!message) {
      this.#startPacketTimeout();
      return;
    }
    this.#abandonTransaction();
    this.#execute(message);
  }

  #startPacketTimeout(): void {
    this.#packetTimeout.set(this.#options.packetTimeoutMs ?? defaultPacketTimeoutMs);
  }

  #onPacketTimeout(): void {
    const channel = this.#receiving?.channel;
    this.#abandonTransaction();
    if (channel !== undefined) this.#sendError(channel, 'ERR_MSG_TIMEOUT');
  }

  #supports(command: number): boolean {
    const name = ctapHidCommandName(command);
    if (name === 'MSG') return !this.#capabilities.nmsg;
    if (name === 'WINK') return this.#capabilities.wink;
    return name === 'PING' || name === 'LOCK' || name === 'CBOR';
  }

  #execute(message: HidMessage): void {
    const { channel, command, payload } = message;
    const name = ctapHidCommandName(command);
    const process = name === 'CBOR' ? this.#options.process : name === 'MSG' ? this.#options.processU2f : undefined;
    if (process && payload.length > 0) {
      this.#start(message, process);
      return;
    }
    const response = this.#executeImmediately(name, message);
    if (typeof response === 'string') this.#sendError(channel, response);
    else this.#reply(channel, command, response);
  }

  /** Executes the commands that take no time. Any other command here is a CBOR or MSG command with an empty payload. */
  #executeImmediately(name: CtapHidCommand | undefined, { channel, payload }: HidMessage): Uint8Array | CtapHidError {
    if (name === 'PING') return payload;
    if (name === 'WINK') return this.#wink(payload);
    return name === 'LOCK' ? (this.#lock.set(channel, payload) ?? nothing) : 'ERR_INVALID_LEN';
  }

  #wink(payload: Uint8Array): Uint8Array | CtapHidError {
    if (payload.length > 0) return 'ERR_INVALID_LEN';
    this.#options.wink?.();
    return nothing;
  }

  #start(message: HidMessage, process: ProcessMessage): void {
    if (this.#cancel.signal.aborted) this.#cancel = new AbortController();
    const running = new RunningCommand({
      channel: message.channel,
      identity: this.#channels.identityOf(message.channel),
      cancel: this.#cancel,
      keepaliveTimer: this.#keepaliveTimer,
      sendKeepalive: this.#sendKeepalive,
    });
    this.#running = running;
    this.#runningEnd = this.#run(message, running, process);
  }

  /** Runs a command and sends its result, unless the command was abandoned. Never rejects. */
  async #run({ channel, command, payload }: HidMessage, running: RunningCommand, process: ProcessMessage) {
    let result: unknown;
    try {
      if (this.#abandonedEnd) await this.#abandonedEnd;
      result = await running.run(process, payload);
    } catch (error) {
      result = error;
    }
    const isCurrent = this.#running === running;
    if (isCurrent) {
      this.#running = undefined;
      this.#keepaliveTimer.clear();
    }
    if (result instanceof TransportError) {
      if (result.kind === 'disconnected') this.#options.onPowerLost?.(result);
    } else if (isCurrent && result instanceof Uint8Array) this.#reply(channel, command, result);
    else if (isCurrent) this.#sendError(channel, 'ERR_OTHER');
  }

  get #transactionChannel(): number | undefined {
    return this.#receiving?.channel ?? this.#running?.channel;
  }

  /** Ends the transaction without a response. */
  #abandonTransaction(): void {
    this.#packetTimeout.clear();
    this.#keepaliveTimer.clear();
    if (this.#running) {
      this.#running.abandon();
      this.#abandonedEnd = this.#runningEnd;
    }
    this.#receiving = undefined;
    this.#running = undefined;
  }

  #sendError(channel: number, error: CtapHidError): void {
    this.#reply(channel, ctapHidCommands.ERROR, new Uint8Array([ctapHidErrors[error]]));
  }

  #reply(channel: number, command: number, payload: Uint8Array): void {
    const reports = fragment(channel, command, payload);
    const { alterPackets, send } = this.#options;
    if (alterPackets && !unalteredCommands.includes(command))
      void this.#alteredPackets.send(alterPackets(reports.map((report) => ({ report }))));
    else for (const report of reports) send(report);
  }
}
