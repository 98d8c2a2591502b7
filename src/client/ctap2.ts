/**
 * The one place from which CTAP2 commands are sent: encodes by the table, keeps the device's message size, checks status
 * and canonical form of the answer, parses by the table. What a device answers is hostile until it has passed here.
 */

import { abortable } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import { type CborValue, encodeMessage } from '#protocol/cbor.ts';
import { decode } from '#protocol/cbor-reader.ts';
import {
  type ClientPinSubCommand,
  type CommandName,
  type CommandRequest,
  type CommandResponse,
  clientPinSubCommands,
  commands,
} from '#protocol/commands.ts';
import { CtapError, ProtocolViolation, TransportError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { statusName } from '#protocol/status.ts';
import type { CtapDevice, TransactOptions } from '#transport/device.ts';

/** What every authenticator takes; also what counts when one claims less. CTAP 2.1 section 6.4, maxMsgSize. */
const leastMaxMsgSize = 1024;
/** How long a cancelled command may take to come back before it is left to itself. */
const cancelGraceMs = 500;

const unending = new AbortController().signal;

export interface Ctap2Options {
  clock: Clock;
  /** Cancels whatever command is under way; a command may bring its own instead. */
  signal?: AbortSignal;
  /** Called when a command finds that the device is gone. */
  onRemoved?: () => void;
}

export class Ctap2 {
  readonly device: CtapDevice;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onRemoved: (() => void) | undefined;
  #maxMsgSize = leastMaxMsgSize;

  constructor(device: CtapDevice, { clock, signal = unending, onRemoved }: Ctap2Options) {
    this.device = device;
    this.#clock = clock;
    this.#signal = signal;
    this.#onRemoved = onRemoved;
  }

  /**
   * Sends one command and returns its parsed answer.
   * @throws {CtapError} for an error status, and CTAP2_ERR_REQUEST_TOO_LARGE before sending what the device cannot take.
   * @throws {ProtocolViolation} with rule `response.*` or `cbor.*` for a malformed answer.
   * @throws {TransportError} when the device cannot be talked to; the signal's reason when that was aborted.
   */
  async send<C extends CommandName>(
    command: C,
    request: CommandRequest<C>,
    options: TransactOptions = {},
  ): Promise<CommandResponse<C>> {
    const message = encodeRequest(command, request);
    if (message.length > this.#maxMsgSize)
      throw new CtapError(
        'CTAP2_ERR_REQUEST_TOO_LARGE',
        `${command} takes ${message.length} bytes, the device at most ${this.#maxMsgSize}`,
      );
    return parseAnswer(command, await this.#transact(message, options));
  }

  /** Also learns the device's message size. */
  async getInfo(options?: TransactOptions): Promise<AuthenticatorInfo> {
    const info = await this.send('authenticatorGetInfo', {}, options);
    this.#maxMsgSize = Math.max(leastMaxMsgSize, info.maxMsgSize ?? 0);
    return info;
  }

  clientPin(
    subCommand: ClientPinSubCommand,
    parameters: Omit<CommandRequest<'authenticatorClientPIN'>, 'subCommand'> = {},
    options?: TransactOptions,
  ): Promise<CommandResponse<'authenticatorClientPIN'>> {
    const request = { ...parameters, subCommand: clientPinSubCommands[subCommand] };
    return this.send('authenticatorClientPIN', request, options);
  }

  /** True when a request of this size can be sent. */
  fits<C extends CommandName>(command: C, request: CommandRequest<C>): boolean {
    return encodeRequest(command, request).length <= this.#maxMsgSize;
  }

  async #transact(message: Uint8Array, { signal = this.#signal, onKeepalive }: TransactOptions): Promise<Uint8Array> {
    signal.throwIfAborted();
    const answer = this.device.transact(message, { signal, onKeepalive });
    try {
      return await abortable(answer, signal);
    } catch (error) {
      if (signal.aborted) await this.#settle(answer);
      if (isDeviceRemoved(error)) this.#onRemoved?.();
      throw error;
    }
  }

  /** Waits until a cancelled command is off the device, so that the next one does not find it busy. */
  async #settle(answer: Promise<unknown>): Promise<void> {
    const grace = new AbortController();
    const settled = answer.then(
      () => undefined,
      () => undefined,
    );
    const tooLong = this.#clock.sleep(cancelGraceMs, grace.signal).catch(() => undefined);
    await Promise.race([settled, tooLong]);
    grace.abort(grace);
  }
}

/** True for a device that was pulled. */
export const isDeviceRemoved = (error: unknown): error is TransportError =>
  error instanceof TransportError && error.kind === 'disconnected';

function encodeRequest<C extends CommandName>(command: C, request: CommandRequest<C>): Uint8Array {
  const { code, request: table } = commands[command];
  const parameters = table.encode(request as never);
  return encodeMessage(code, parameters.size === 0 ? undefined : parameters);
}

function parseAnswer<C extends CommandName>(command: C, answer: Uint8Array): CommandResponse<C> {
  const [status] = answer;
  if (status === undefined) throw malformed('empty', 0, `${command} was answered with nothing`);
  if (status !== 0)
    throw new CtapError(
      statusName(status) ?? 'CTAP1_ERR_OTHER',
      `${command} ended with status 0x${status.toString(16).padStart(2, '0')}`,
    );
  const body: CborValue = answer.length === 1 ? new Map() : decode(answer.subarray(1));
  try {
    return commands[command].response.parse(body) as CommandResponse<C>;
  } catch (cause) {
    // The table speaks of requests; here it is the device that left something out.
    throw malformed('members', 1, `the answer to ${command} is malformed: ${(cause as Error).message}`, cause);
  }
}

const malformed = (rule: string, offset: number, message: string, cause?: unknown) =>
  new ProtocolViolation(`response.${rule}`, 'CTAP 2.1 section 6', offset, message, { cause });
