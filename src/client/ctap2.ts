/**
 * Sends CTAP2 commands: encodes the request and parses the response by the command table, respects the device's message
 * size, checks the status and the canonical form of the CBOR. Responses of a device are untrusted until they are parsed here.
 */
import { abortable, neverAborted, withTimeout } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
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
import type { CtapDevice, Transact, TransactOptions } from '#transport/device.ts';

/** Every authenticator accepts this many bytes, even if it reports a smaller value: CTAP 2.1 section 6.4, maxMsgSize. */
const minMaxMsgSize = 1024;
/** How long to wait for the response to a cancelled command. */
const cancelTimeoutMs = 500;

/** The commands of an authenticator that a ceremony uses. */
export type CtapCommands = Pick<Ctap2, 'send' | 'clientPin' | 'getInfo' | 'fits'>;

export interface CtapOptions {
  clock: Clock;
  /** Cancels the command that is running. A command's own signal replaces it. */
  signal?: AbortSignal;
  /** Called when a command fails because the device is disconnected. */
  onRemoved?: () => void;
}

export class Ctap2 {
  readonly device: CtapDevice;
  readonly #options: CtapOptions;
  #maxMsgSize = minMaxMsgSize;

  constructor(device: CtapDevice, options: CtapOptions) {
    this.device = device;
    this.#options = options;
  }

  /**
   * Sends one command and returns its parsed response.
   * @throws {CtapError} for an error status; CTAP2_ERR_REQUEST_TOO_LARGE, without sending, when the message is too long.
   * @throws {ProtocolViolation} with rule `response.*` or `cbor.*` for a malformed response.
   * @throws {TransportError} when the device cannot be reached; the signal's reason when it was aborted.
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
        `${command} needs ${message.length} bytes, but the device accepts at most ${this.#maxMsgSize}`,
      );
    return parseResponse(command, await this.#transact(message, options));
  }

  /** authenticatorGetInfo. Later commands use the message size that it reports. */
  async getInfo(options?: TransactOptions): Promise<AuthenticatorInfo> {
    const info = await this.send('authenticatorGetInfo', {}, options);
    this.#maxMsgSize = Math.max(minMaxMsgSize, info.maxMsgSize ?? 0);
    return info;
  }

  /** Sends one subcommand of authenticatorClientPIN. Errors as `send`. */
  clientPin(
    subCommand: ClientPinSubCommand,
    parameters: Omit<CommandRequest<'authenticatorClientPIN'>, 'subCommand'> = {},
    options?: TransactOptions,
  ): Promise<CommandResponse<'authenticatorClientPIN'>> {
    const request = { ...parameters, subCommand: clientPinSubCommands[subCommand] };
    return this.send('authenticatorClientPIN', request, options);
  }

  /** Returns whether the device accepts a request of this size. */
  fits<C extends CommandName>(command: C, request: CommandRequest<C>): boolean {
    return encodeRequest(command, request).length <= this.#maxMsgSize;
  }

  #transact(message: Uint8Array, options: TransactOptions): Promise<Uint8Array> {
    const { device } = this;
    return transactCancellably((bytes, each) => device.transact(bytes, each), message, options, this.#options);
  }
}

/**
 * Sends a message to a device. When the signal is aborted, rejects after the device has ended the command, so that the next
 * command does not find it busy.
 */
export async function transactCancellably(
  send: Transact,
  message: Uint8Array,
  { signal: ownSignal, onKeepalive }: TransactOptions,
  { clock, signal: ceremonySignal, onRemoved }: CtapOptions,
): Promise<Uint8Array> {
  const signal = ownSignal ?? ceremonySignal ?? neverAborted;
  signal.throwIfAborted();
  const response = send(message, { signal, onKeepalive });
  try {
    return await abortable(response, signal);
  } catch (error) {
    const timeoutError = () => new Error('The cancelled command does not end');
    if (signal.aborted) await withTimeout(response, cancelTimeoutMs, clock, timeoutError).catch(() => undefined);
    if (isDeviceRemoved(error)) onRemoved?.();
    throw error;
  }
}

/** Returns whether `error` means that the device was unplugged. */
export const isDeviceRemoved = (error: unknown): error is TransportError =>
  error instanceof TransportError && error.kind === 'disconnected';

function encodeRequest<C extends CommandName>(command: C, request: CommandRequest<C>): Uint8Array {
  const { code, request: table } = commands[command];
  const parameters = table.encode(request as never);
  return encodeMessage(code, parameters.size === 0 ? undefined : parameters);
}

function parseResponse<C extends CommandName>(command: C, response: Uint8Array): CommandResponse<C> {
  const [status] = response;
  if (status === undefined) throw malformed('empty', 0, `The response to ${command} is empty`);
  if (status !== 0)
    throw new CtapError(
      statusName(status) ?? 'CTAP1_ERR_OTHER',
      `${command} ended with status 0x${status.toString(16).padStart(2, '0')}`,
    );
  const body: CborValue = response.length === 1 ? new Map() : decode(response.subarray(1));
  try {
    return commands[command].response.parse(body) as CommandResponse<C>;
  } catch (cause) {
    // The table reports errors of requests; in a response it is the device that violates the protocol.
    throw malformed('members', 1, `The response to ${command} is malformed: ${messageOf(cause)}`, cause);
  }
}

const malformed = (rule: string, offset: number, message: string, cause?: unknown) =>
  new ProtocolViolation({ rule: `response.${rule}`, section: 'CTAP 2.1 section 6', offset }, message, { cause });
