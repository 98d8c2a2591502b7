/** A CTAPHID host for checks: it sends messages and single packets, well-formed or not, and reads what the device answers. CTAP 2.1 section 11.2. */
import { concat, toHex } from '#base/bytes.ts';
import {
  broadcastChannel,
  type CtapHidCommand,
  type CtapHidError,
  ctapHidCommandName,
  ctapHidCommands,
  ctapHidErrorName,
  decodeInitResponse,
  fragment,
  type InitResponse,
  nonceLength,
  parsePacket,
} from '#protocol/ctaphid.ts';
import { type HidMessage, Reassembler } from '#protocol/ctaphid-reassembler.ts';
import { check } from './checks.ts';
import { setUp } from './failures.ts';
import type { TestContext } from './test-context.ts';
import type { HidInterface } from './test-target.ts';

/** A device that does not answer within this time does not answer. Longer than the interval of keepalives. */
const answerTimeoutMs = 1_500;
const nothing = new Uint8Array(0);

export const formatChannel = (channel: number): string => `0x${channel.toString(16).padStart(8, '0')}`;
const formatCommand = (code: number): string => ctapHidCommandName(code) ?? `0x${code.toString(16).padStart(2, '0')}`;

/** A keepalive that preceded a response. */
export interface ReceivedKeepalive {
  channel: number;
  payload: Uint8Array;
  /** On the clock of the target. */
  atMs: number;
}

export class HidHost {
  readonly #context: TestContext;
  readonly #reports: HidInterface;
  /** The keepalives received so far. */
  readonly keepalives: ReceivedKeepalive[] = [];

  constructor(context: TestContext, reports: HidInterface) {
    this.#context = context;
    this.#reports = reports;
  }

  /** Sends a report unchanged. */
  sendReport(report: Uint8Array): void {
    this.#reports.send(report);
  }

  send(channel: number, command: CtapHidCommand | number, payload: Uint8Array = nothing): void {
    const code = typeof command === 'number' ? command : ctapHidCommands[command];
    this.#record('request', channel, code, payload);
    for (const report of fragment(channel, code, payload)) this.sendReport(report);
  }

  /** Resolves with the next message of the device that is no keepalive; undefined if none arrives in time. */
  async read(timeoutMs = answerTimeoutMs): Promise<HidMessage | undefined> {
    for (;;) {
      const message = await this.readAny(timeoutMs);
      if (message?.command !== ctapHidCommands.KEEPALIVE) return message;
    }
  }

  /** Resolves with the next message of the device, also with a keepalive. @throws {ProtocolViolation} for malformed packets. */
  async readAny(timeoutMs = answerTimeoutMs): Promise<HidMessage | undefined> {
    const first = await this.#reports.receive(timeoutMs);
    if (!first) return undefined;
    const packet = parsePacket(first);
    check(packet.type === 'init', `Expected the first packet of a message, got ${toHex(first.subarray(0, 8))}`);
    const reassembler = new Reassembler(packet);
    while (!reassembler.message) {
      const next = await this.#reports.receive(timeoutMs);
      check(next !== undefined, 'Expected all packets of the message, but packets are missing');
      reassembler.accept(parsePacket(next));
    }
    const { message } = reassembler;
    this.#record('answer', message.channel, message.command, message.payload);
    if (message.command === ctapHidCommands.KEEPALIVE) this.keepalives.push({ ...message, atMs: this.#reports.now() });
    return message;
  }

  /** Milliseconds of the clock of the target. */
  now(): number {
    return this.#reports.now();
  }

  /** Resolves with all reports until the device is silent. */
  async readReports(): Promise<Uint8Array[]> {
    const reports: Uint8Array[] = [];
    for (;;) {
      const report = await this.#reports.receive(answerTimeoutMs);
      if (!report) return reports;
      reports.push(report);
    }
  }

  /** Resolves with the next keepalive. @throws {RequirementViolated} if another message or nothing arrives. */
  async readKeepalive(timeoutMs = answerTimeoutMs): Promise<ReceivedKeepalive> {
    const message = await this.readAny(timeoutMs);
    check(message?.command === ctapHidCommands.KEEPALIVE, `Expected a keepalive, got ${describeMessage(message)}`);
    return this.keepalives.at(-1) as ReceivedKeepalive;
  }

  async exchange(channel: number, command: CtapHidCommand | number, payload?: Uint8Array) {
    this.send(channel, command, payload);
    return this.read();
  }

  /** Requests a channel. @throws {SetUpFailed} */
  async openChannel(): Promise<number> {
    return (await setUp('allocate a CTAPHID channel', () => this.init())).channel;
  }

  /** Sends INIT and returns the response. */
  async init(channel = broadcastChannel, nonce = this.#context.random.bytes(nonceLength)): Promise<InitResponse> {
    const message = await this.exchange(channel, 'INIT', nonce);
    check(message?.command === ctapHidCommands.INIT, `Expected a response to INIT, got ${describeMessage(message)}`);
    return decodeInitResponse(message.payload);
  }

  #record(name: 'request' | 'answer', channel: number, command: number, payload: Uint8Array): void {
    this.#context.recordMessage(() => [
      { name, text: `CTAPHID ${formatCommand(command)} on ${formatChannel(channel)}: ${describePayload(payload)}` },
    ]);
  }
}

/** Opens the CTAPHID interface of the target. */
export const openHidHost = async (context: TestContext): Promise<HidHost> =>
  new HidHost(context, await setUp('open the CTAPHID interface', () => context.openHid()));

const describePayload = (payload: Uint8Array): string =>
  payload.length > 64 ? `${toHex(payload.subarray(0, 64))}... (${payload.length} bytes)` : toHex(payload);

export function describeMessage(message: HidMessage | undefined): string {
  if (!message) return 'no answer';
  const { command, payload } = message;
  if (command !== ctapHidCommands.ERROR) return `${formatCommand(command)} ${describePayload(payload)}`.trim();
  const [code = 0] = payload;
  return ctapHidErrorName(code) ?? `ERROR 0x${code.toString(16).padStart(2, '0')}`;
}

/** Checks that a message is the response to `command`, and returns its payload. */
export function checkResponse(message: HidMessage | undefined, channel: number, command: CtapHidCommand): Uint8Array {
  check(
    message?.command === ctapHidCommands[command],
    `Expected a response to ${command}, got ${describeMessage(message)}`,
  );
  check(
    message.channel === channel,
    `Expected the response on channel ${formatChannel(channel)}, got it on ${formatChannel(message.channel)}`,
  );
  return message.payload;
}

/** Checks that a message is an error on the channel, with one of the codes. */
export function checkError(message: HidMessage | undefined, channel: number, ...codes: readonly CtapHidError[]): void {
  check(
    message?.command === ctapHidCommands.ERROR && (codes as readonly string[]).includes(describeMessage(message)),
    `Expected ${codes.join(' or ')}, got ${describeMessage(message)}`,
  );
  check(
    message.channel === channel,
    `Expected the error on channel ${formatChannel(channel)}, got it on ${formatChannel(message.channel)}`,
  );
}

/** Returns the packets of a message, for checks that send only some of them. */
export const packetsOf = (channel: number, command: CtapHidCommand, payload: Uint8Array): Uint8Array[] =>
  fragment(channel, ctapHidCommands[command], payload);

/** Returns a continuation packet. */
export function continuation(channel: number, sequence: number): Uint8Array {
  const packet = new Uint8Array(64);
  new DataView(packet.buffer).setUint32(0, channel);
  packet[4] = sequence;
  return packet;
}

/** Returns an initialization packet that announces `length` bytes. */
export function announcement(channel: number, command: CtapHidCommand, length: number): Uint8Array {
  const [packet = new Uint8Array(64)] = fragment(channel, ctapHidCommands[command], new Uint8Array(57));
  new DataView(packet.buffer).setUint16(5, length);
  return packet;
}

/** Returns `length` bytes that are all different from the padding. */
export const testPayload = (length: number): Uint8Array =>
  concat(new Uint8Array(length)).map((_, index) => (index % 251) + 1);
