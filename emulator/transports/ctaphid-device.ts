/**
 * CTAPHID, device side, CTAP 2.1 section 11.2: a state machine that takes reports and gives reports. It owns who may talk
 * when: channels, the one transaction, the lock. It knows no sockets, and no packet makes it throw.
 */
import {
  broadcastChannel,
  type Capabilities,
  type CtapHidError,
  ctapHidCommandName,
  ctapHidCommands,
  ctapHidErrors,
  ctapHidProtocolVersion,
  encodeInitResponse,
  fragment,
  type InitPacket,
  keepaliveStatus,
  nonceLength,
  parsePacket,
  reportLength,
} from '#protocol/ctaphid.ts';
import { type HidMessage, Reassembler } from '#protocol/ctaphid-reassembler.ts';
import { ProtocolViolation, TransportError } from '#protocol/errors.ts';
import { type Clock, type Random, systemClock, systemRandom } from '#protocol/seams.ts';
import type { ProcessOptions } from '../authenticator.ts';
import type { Keepalive } from '../session.ts';
import { HidChannels } from './ctaphid-channels.ts';

/** Section 11.2.5.2: a host that stays silent this long inside a message has lost it. */
const continuationTimeoutMs = 500;
/** Section 11.2.9.1.8. */
const keepaliveEveryMs = 100;
/** Section 11.2.9.2.2. */
const longestLockSeconds = 10;

export interface CtapHidDeviceOptions {
  /** CTAP2: command byte and CBOR in, status and CBOR out. */
  process(message: Uint8Array, options: ProcessOptions): Promise<Uint8Array>;
  /** CTAP1/U2F: an APDU in, data and status word out. Without it the device says that it has no CTAPHID_MSG. */
  processU2f?: ((apdu: Uint8Array, options: ProcessOptions) => Promise<Uint8Array>) | undefined;
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
  clock?: Clock | undefined;
  random?: Random | undefined;
}

/** A message of which packets are missing. */
interface Receiving {
  phase: 'receiving';
  channel: number;
  reassembler: Reassembler;
  lastPacketAt: number;
  /** Aborted when it is whole or given up. */
  end: AbortController;
}

/** A command at work. */
interface Executing {
  phase: 'executing';
  channel: number;
  status: Keepalive;
  /** Aborted by CTAPHID_CANCEL and by INIT. */
  cancel: AbortController;
  /** Aborted when it is over: nothing more is sent for it. */
  end: AbortController;
}

export class CtapHidDevice {
  readonly #options: CtapHidDeviceOptions;
  readonly #clock: Clock;
  readonly #channels: HidChannels;
  readonly #capabilities: Capabilities;
  #transaction: Receiving | Executing | undefined;
  /** The end of the command before: one that INIT threw away may still be at it. */
  #previous: Promise<void> | undefined;
  #lock: { channel: number; until: number } | undefined;

  constructor(options: CtapHidDeviceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#channels = new HidChannels(options.random ?? systemRandom);
    this.#capabilities = { wink: options.wink !== undefined, cbor: true, nmsg: options.processU2f === undefined };
  }

  /** Takes one report from the host. What is not 64 bytes long is no report, and nothing happens. */
  receive(report: Uint8Array): void {
    if (report.length !== reportLength) return;
    const packet = parsePacket(report);
    if (packet.type === 'cont') return this.#onContinuation(packet);
    if (packet.command === ctapHidCommands.INIT) return this.#onInit(packet);
    if (!this.#channels.has(packet.channel)) return this.#error(packet.channel, 'ERR_INVALID_CHANNEL');
    if (packet.command === ctapHidCommands.CANCEL) return this.#onCancel(packet.channel);
    this.#onFirst(packet);
  }

  /** As after power-up: channels, lock and transaction are forgotten, and nothing is sent for them. */
  reset(): void {
    this.#abandon();
    this.#channels.clear();
    this.#lock = undefined;
  }

  /** Section 11.2.9.1.3: allocates a channel, or brings an allocated one back to its beginning. Possible at any time. */
  #onInit({ channel, length, data }: InitPacket): void {
    if (channel === 0) return this.#error(channel, 'ERR_INVALID_CHANNEL');
    if (length !== nonceLength) return this.#error(channel, 'ERR_INVALID_LEN');
    if (this.#transaction?.channel === channel) this.#abandon();
    const allocated = channel === broadcastChannel ? this.#channels.allocate() : this.#channels.adopt(channel);
    const response = encodeInitResponse({
      nonce: data.slice(0, nonceLength),
      channel: allocated,
      protocolVersion: ctapHidProtocolVersion,
      deviceVersion: this.#options.deviceVersion ?? [1, 0, 0],
      capabilities: this.#capabilities,
    });
    this.#reply(channel, ctapHidCommands.INIT, response);
  }

  /** Section 11.2.9.1.5: never answered itself; the cancelled command answers. */
  #onCancel(channel: number): void {
    const running = this.#transaction;
    if (running?.phase === 'executing' && running.channel === channel) running.cancel.abort();
  }

  /** The first packet of a message, section 11.2.5. */
  #onFirst(packet: InitPacket): void {
    const { channel } = packet;
    if (this.#transaction?.phase === 'receiving' && this.#transaction.channel === channel) {
      this.#abandon();
      return this.#error(channel, 'ERR_INVALID_SEQ');
    }
    if (this.#transaction || this.#isLockedAgainst(channel)) return this.#error(channel, 'ERR_CHANNEL_BUSY');
    if (!this.#speaks(packet.command)) return this.#error(channel, 'ERR_INVALID_CMD');
    try {
      this.#begin(new Reassembler(packet));
    } catch (error) {
      this.#refuse(channel, error);
    }
  }

  #begin(reassembler: Reassembler): void {
    const { message, channel } = reassembler;
    if (message) return this.#execute(message);
    const now = this.#clock.monotonic();
    const receiving: Receiving = {
      phase: 'receiving',
      channel,
      reassembler,
      lastPacketAt: now,
      end: new AbortController(),
    };
    this.#transaction = receiving;
    void this.#awaitContinuation(receiving);
  }

  /** Continuation packets that belong to nothing are ignored (section 11.2.5.2). */
  #onContinuation(packet: ReturnType<typeof parsePacket>): void {
    const receiving = this.#transaction;
    if (receiving?.phase !== 'receiving' || receiving.channel !== packet.channel) return;
    try {
      receiving.reassembler.accept(packet);
    } catch (error) {
      this.#abandon();
      return this.#refuse(packet.channel, error);
    }
    receiving.lastPacketAt = this.#clock.monotonic();
    const { message } = receiving.reassembler;
    if (!message) return;
    this.#abandon();
    this.#execute(message);
  }

  async #awaitContinuation(receiving: Receiving): Promise<void> {
    const { signal } = receiving.end;
    for (let left = continuationTimeoutMs; left > 0; ) {
      await this.#clock.sleep(left, signal).catch(() => undefined);
      if (signal.aborted) return;
      left = receiving.lastPacketAt + continuationTimeoutMs - this.#clock.monotonic();
    }
    this.#abandon();
    this.#error(receiving.channel, 'ERR_MSG_TIMEOUT');
  }

  #execute(message: HidMessage): void {
    const { channel, command, payload } = message;
    const { process, processU2f, wink } = this.#options;
    switch (ctapHidCommandName(command)) {
      case 'PING':
        return this.#reply(channel, command, payload);
      case 'WINK':
        if (payload.length > 0) return this.#error(channel, 'ERR_INVALID_LEN');
        wink?.();
        return this.#reply(channel, command, payload);
      case 'LOCK':
        return this.#onLock(message);
      case 'CBOR':
        return this.#start(message, process);
      default: // CTAPHID_MSG: #speaks lets nothing else through
        return processU2f ? this.#start(message, processU2f) : this.#error(channel, 'ERR_INVALID_CMD');
    }
  }

  #speaks(command: number): boolean {
    const name = ctapHidCommandName(command);
    if (name === 'MSG') return !this.#capabilities.nmsg;
    if (name === 'WINK') return this.#capabilities.wink;
    return name === 'PING' || name === 'LOCK' || name === 'CBOR';
  }

  /** Section 11.2.9.2.2: 0 to 10 seconds for one channel alone; 0 ends it. */
  #onLock({ channel, command, payload }: HidMessage): void {
    const [seconds] = payload;
    if (seconds === undefined || payload.length > 1) return this.#error(channel, 'ERR_INVALID_LEN');
    if (seconds > longestLockSeconds) return this.#error(channel, 'ERR_INVALID_PAR');
    this.#lock = seconds === 0 ? undefined : { channel, until: this.#clock.monotonic() + seconds * 1000 };
    this.#reply(channel, command, new Uint8Array(0));
  }

  #isLockedAgainst(channel: number): boolean {
    if (this.#lock && this.#clock.monotonic() >= this.#lock.until) this.#lock = undefined;
    return this.#lock !== undefined && this.#lock.channel !== channel;
  }

  #start(message: HidMessage, process: CtapHidDeviceOptions['process']): void {
    const { channel } = message;
    if (message.payload.length === 0) return this.#error(channel, 'ERR_INVALID_LEN');
    const running: Executing = {
      phase: 'executing',
      channel,
      status: 'processing',
      cancel: new AbortController(),
      end: new AbortController(),
    };
    this.#transaction = running;
    const previous = this.#previous;
    const mine = this.#run(message, process, running, previous).finally(() => {
      if (this.#previous === mine) this.#previous = undefined;
    });
    this.#previous = mine;
  }

  async #run(
    { channel, command, payload }: HidMessage,
    process: CtapHidDeviceOptions['process'],
    running: Executing,
    previous: Promise<void> | undefined,
  ): Promise<void> {
    if (this.#options.sendsKeepalives !== false) void this.#keepAlive(running);
    try {
      if (previous) await previous;
      const answer = await process(payload, {
        signal: running.cancel.signal,
        keepalive: (status) => this.#onStatus(running, status),
      });
      if (this.#finish(running)) this.#reply(channel, command, answer);
    } catch (error) {
      const wanted = this.#finish(running);
      if (!(error instanceof TransportError)) return wanted ? this.#error(channel, 'ERR_OTHER') : undefined;
      if (error.kind === 'disconnected') this.#options.onPowerLost?.(error);
    }
  }

  /** True unless nobody waits for it any more. */
  #finish(running: Executing): boolean {
    if (this.#transaction !== running) return false;
    running.end.abort();
    this.#transaction = undefined;
    return true;
  }

  /** Section 11.2.9.1.8: every 100 ms, and at once when the status changes. */
  async #keepAlive(running: Executing): Promise<void> {
    const { signal } = running.end;
    for (;;) {
      await this.#clock.sleep(keepaliveEveryMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      this.#sendStatus(running);
    }
  }

  #onStatus(running: Executing, status: Keepalive): void {
    if (running.status === status || running.end.signal.aborted) return;
    running.status = status;
    if (this.#options.sendsKeepalives !== false) this.#sendStatus(running);
  }

  #sendStatus({ channel, status }: Executing): void {
    this.#reply(channel, ctapHidCommands.KEEPALIVE, new Uint8Array([keepaliveStatus[status]]));
  }

  /** Ends the transaction without a word. */
  #abandon(): void {
    const ended = this.#transaction;
    this.#transaction = undefined;
    ended?.end.abort();
    if (ended?.phase === 'executing') ended.cancel.abort();
  }

  #refuse(channel: number, error: unknown): void {
    if (!(error instanceof ProtocolViolation)) throw error;
    this.#error(channel, error.rule === 'ctaphid.length' ? 'ERR_INVALID_LEN' : 'ERR_INVALID_SEQ');
  }

  #error(channel: number, error: CtapHidError): void {
    this.#reply(channel, ctapHidCommands.ERROR, new Uint8Array([ctapHidErrors[error]]));
  }

  #reply(channel: number, command: number, payload: Uint8Array): void {
    for (const report of fragment(channel, command, payload)) this.#options.send(report);
  }
}
