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
  type CtapHidError,
  ctapHidCommandName,
  ctapHidCommands,
  ctapHidProtocolVersion,
  encodeInitResponse,
  type InitPacket,
  initHeaderLength,
  maxPayloadLength,
  nonceLength,
  parsePacket,
  reportLength,
  reservedChannel,
} from '#protocol/ctaphid.ts';
import { type HidMessage, Reassembler } from '#protocol/ctaphid-reassembler.ts';
import { TransportError } from '#protocol/errors.ts';
import { conformingTransports, type HidRules } from '../transport-rules.ts';
import { HidChannels } from './ctaphid-channels.ts';
import { type ProcessMessage, RunningCommand, type RunningCommandOptions } from './ctaphid-command.ts';
import type { CtapHidDeviceOptions } from './ctaphid-device-options.ts';
import { executeImmediately } from './ctaphid-immediate-commands.ts';
import { ChannelLock } from './ctaphid-lock.ts';
import { CtapHidResponses } from './ctaphid-responses.ts';

const nothing = new Uint8Array(0);

export class CtapHidDevice {
  readonly #options: CtapHidDeviceOptions;
  readonly #rules: HidRules;
  readonly #responses: CtapHidResponses;
  readonly #channels: HidChannels;
  readonly #lock: ChannelLock;
  readonly #capabilities: Capabilities;
  readonly #packetTimeout: Deadline;
  readonly #keepaliveTimer: Deadline;
  readonly #sendKeepalive: RunningCommandOptions['sendKeepalive'];
  /** The single transaction: a message being received, or a command that runs. */
  #receiving: Reassembler | undefined;
  #running: RunningCommand | undefined;
  /** Reused until a command is cancelled: one per command would cost a seventh of a registration's time. */
  #cancel = new AbortController();
  /** A CANCEL without a command was kept; only a defect does that. */
  #cancelsNext = false;
  /** Settles when the running command ends. */
  #runningEnd: Promise<void> | undefined;
  /** Settles when the last abandoned command ends. It may still run when the next command arrives. */
  #abandonedEnd: Promise<void> | undefined;

  constructor(options: CtapHidDeviceOptions) {
    const { clock = systemClock, random = systemRandom, faults = conformingTransports } = options;
    this.#options = options;
    this.#rules = faults.hid;
    this.#responses = new CtapHidResponses(options, faults, clock);
    this.#packetTimeout = new Deadline(clock, () => this.#onPacketTimeout());
    this.#keepaliveTimer = new Deadline(clock, () => this.#running?.repeatKeepalive());
    if (options.sendsKeepalives !== false)
      this.#sendKeepalive = (channel, status) => this.#responses.sendKeepalive(channel, status);
    this.#channels = new HidChannels(random, faults.hid);
    this.#lock = new ChannelLock(clock, faults.hid);
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
    this.#responses.clear();
    this.#channels.clear();
    this.#lock.release();
  }

  /** Section 11.2.9.1.3: allocates a channel, or resets an allocated one. Allowed at any time. */
  #onInit({ channel, length, report }: InitPacket): void {
    const error = this.#checkInit(channel, length);
    if (error) {
      this.#responses.sendError(channel, error);
      return;
    }
    this.#endTransactionFor(channel);
    const response = encodeInitResponse({
      nonce: report.slice(initHeaderLength, initHeaderLength + nonceLength),
      channel: this.#channelForInit(channel),
      protocolVersion: ctapHidProtocolVersion,
      deviceVersion: this.#options.deviceVersion ?? [1, 0, 0],
      capabilities: this.#capabilities,
    });
    this.#responses.send(channel, ctapHidCommands.INIT, response);
  }

  #checkInit(channel: number, length: number): CtapHidError | undefined {
    const { refuseReservedChannel, enforceInitLength, answerInitWhileBusy } = this.#rules;
    if (channel === reservedChannel && refuseReservedChannel) return 'ERR_INVALID_CHANNEL';
    if (length !== nonceLength && enforceInitLength) return 'ERR_INVALID_LEN';
    const isBusy = this.#transactionChannel !== undefined || this.#lock.blocks(channel);
    return isBusy && !answerInitWhileBusy ? 'ERR_CHANNEL_BUSY' : undefined;
  }

  /** INIT ends a transaction of the same channel, and no other. */
  #endTransactionFor(channel: number): void {
    const { initEndsOwnTransaction, initKeepsOtherTransactions } = this.#rules;
    const isOwn = this.#transactionChannel === channel;
    if (isOwn ? initEndsOwnTransaction : !initKeepsOtherTransactions) this.#abandonTransaction();
  }

  #channelForInit(channel: number): number {
    const isNew = channel === broadcastChannel || !this.#rules.keepChannelOnInit;
    return isNew ? this.#channels.allocate() : this.#channels.adopt(channel);
  }

  /** Section 11.2.9.1.5: CANCEL has no response; the cancelled command responds. */
  #onCancel({ channel }: InitPacket): void {
    const { cancelCommands, cancelOnlyOwnCommand, cancelWithoutResponse, ignoreIdleCancel } = this.#rules;
    const running = this.#running;
    if (!this.#isUsable(channel)) this.#responses.sendError(channel, 'ERR_INVALID_CHANNEL');
    else if (running && cancelCommands && (running.channel === channel || !cancelOnlyOwnCommand)) running.cancel();
    if (!running && !ignoreIdleCancel) this.#cancelsNext = true;
    if (!cancelWithoutResponse) this.#responses.send(channel, ctapHidCommands.CANCEL, nothing);
  }

  /** Section 11.2.4: the first packet of a message. */
  #onInitializationPacket(packet: InitPacket): void {
    const error = this.#checkInitializationPacket(packet);
    if (error === 'ERR_INVALID_SEQ') this.#abandonTransaction();
    if (error === 'ERR_CHANNEL_BUSY' && !this.#rules.keepTransactionWhenBusy) this.#abandonTransaction();
    if (error) this.#responses.sendError(packet.channel, error);
    else this.#beginMessage(packet);
  }

  /** Returns why a message may not begin now; undefined if it may. */
  #checkInitializationPacket({ channel, command, length }: InitPacket): CtapHidError | undefined {
    const { refuseInitializationInMessage, enforceMaxLength } = this.#rules;
    if (!this.#isUsable(channel)) return 'ERR_INVALID_CHANNEL';
    if (this.#receiving?.channel === channel && refuseInitializationInMessage) return 'ERR_INVALID_SEQ';
    if (this.#isBusyFor(channel)) return 'ERR_CHANNEL_BUSY';
    if (!this.#supports(command)) return 'ERR_INVALID_CMD';
    return length > maxPayloadLength && enforceMaxLength ? 'ERR_INVALID_LEN' : undefined;
  }

  #isUsable(channel: number): boolean {
    return this.#channels.has(channel) || !this.#rules.refuseUnallocatedChannels;
  }

  #isBusyFor(channel: number): boolean {
    if (this.#lock.blocks(channel)) return true;
    const { reportBusy } = this.#rules;
    return (
      this.#running !== undefined ||
      (reportBusy && this.#receiving !== undefined && this.#receiving.channel !== channel)
    );
  }

  /** A device that does not enforce the maximum length processes the bytes that fit. */
  #beginMessage(packet: InitPacket): void {
    const reassembler = new Reassembler({ ...packet, length: Math.min(packet.length, maxPayloadLength) });
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
    if (receiving?.channel !== packet.channel) {
      this.#onOrphan(packet);
      return;
    }
    try {
      receiving.accept(this.#rules.enforceSequence ? packet : receiving.renumber(packet));
    } catch {
      if (this.#rules.sequenceErrorEndsMessage) this.#abandonTransaction();
      this.#responses.sendError(packet.channel, 'ERR_INVALID_SEQ');
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

  /** Only a device with a defect reacts to a packet that belongs to no message. */
  #onOrphan({ channel }: ContPacket): void {
    const { ignoreOrphans, ignoreForeignContinuations } = this.#rules;
    if (this.#receiving && !ignoreForeignContinuations) this.#abandonTransaction();
    if (!this.#receiving && !ignoreOrphans) this.#responses.sendError(channel, 'ERR_INVALID_SEQ');
  }

  #startPacketTimeout(): void {
    const { packetTimeoutMs, timeOutMessages } = this.#rules;
    if (timeOutMessages) this.#packetTimeout.set(this.#options.packetTimeoutMs ?? packetTimeoutMs);
  }

  #onPacketTimeout(): void {
    const channel = this.#receiving?.channel;
    this.#abandonTransaction();
    if (channel !== undefined) this.#responses.sendError(channel, 'ERR_MSG_TIMEOUT');
  }

  #supports(command: number): boolean {
    const name = ctapHidCommandName(command);
    if (name === 'MSG') return !this.#capabilities.nmsg && this.#rules.acceptU2fMessages;
    if (name === 'WINK') return this.#capabilities.wink;
    return name === 'PING' || name === 'LOCK' || name === 'CBOR' || !this.#rules.refuseUnknownCommands;
  }

  #execute(message: HidMessage): void {
    const { channel, command, payload } = message;
    const name = ctapHidCommandName(command);
    const process = name === 'CBOR' ? this.#options.process : name === 'MSG' ? this.#options.processU2f : undefined;
    if (process && payload.length > 0) {
      this.#start(message, process);
      return;
    }
    const { wink } = this.#options;
    const response = executeImmediately(message, { lock: this.#lock, rules: this.#rules, wink });
    if (typeof response === 'string') this.#responses.sendError(channel, response);
    else this.#responses.send(channel, command, response);
  }

  #start(message: HidMessage, process: ProcessMessage): void {
    if (this.#cancel.signal.aborted) this.#cancel = new AbortController();
    const running = new RunningCommand({
      channel: message.channel,
      identity: this.#channels.identityOf(message.channel),
      cancel: this.#cancel,
      keepaliveTimer: this.#keepaliveTimer,
      keepaliveIntervalMs: this.#rules.keepaliveIntervalMs,
      sendKeepalive: this.#sendKeepalive,
    });
    this.#running = running;
    if (this.#cancelsNext) running.cancel();
    this.#cancelsNext = false;
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
    } else if (isCurrent && result instanceof Uint8Array) this.#responses.send(channel, command, result);
    else if (isCurrent) this.#responses.sendError(channel, 'ERR_OTHER');
    if (isCurrent && !this.#rules.endKeepalivesWithResponse) this.#responses.sendKeepalive(channel, 'processing');
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
}
