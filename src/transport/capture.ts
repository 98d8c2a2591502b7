/** A decorator that records every CTAP and U2F exchange of a device, with the names of commands and statuses. Recording does not change an exchange. */
import { toHex } from '#base/bytes.ts';
import { messageOf } from '#base/errors.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { clientPinSubCommands, commandName } from '#protocol/commands.ts';
import { statusName } from '#protocol/status.ts';
import { u2fInstructions } from '#protocol/u2f.ts';
import type { WireExchange } from '#result/transcript.ts';
import { type CtapDevice, type Keepalive, type Transact, type TransactOptions, withTransact } from './device.ts';

export interface CaptureOptions {
  /** Returns monotonic milliseconds since the origin of the timeline (`Timeline.elapsedMs`). */
  elapsedMs: () => number;
  /** Called with each exchange when it ends. */
  record: (exchange: WireExchange) => void;
  /** Called when a command is sent, with `command`, or `command/subCommand` if it has a sub-command. */
  onSent?: ((name: string) => void) | undefined;
}

/** Returns `device` with recording. Disposing the result disposes `device`. */
export function capture(device: CtapDevice, options: CaptureOptions): CtapDevice {
  const recorded = (send: Transact, describe: Describe) => recordExchanges(send, describe, device, options);
  return withTransact(
    device,
    recorded((message, transactOptions) => device.transact(message, transactOptions), describeCtap2),
    (transactU2f) => recorded(transactU2f, describeU2f),
  );
}

/** How messages of one protocol are named in the transcript. */
interface Describe {
  namesOf(message: Uint8Array): Pick<WireExchange, 'command' | 'subCommand'>;
  statusOf(response: Uint8Array): Pick<WireExchange, 'status'>;
}

function recordExchanges(
  send: Transact,
  { namesOf, statusOf }: Describe,
  device: Pick<CtapDevice, 'remote'>,
  { elapsedMs, record, onSent }: CaptureOptions,
): Transact {
  const remote = device.remote ? { remote: true } : {};
  return async (message, options = {}) => {
    const atMs = elapsedMs();
    const names = namesOf(message);
    const keepalives: Keepalive[] = [];
    const finish = (outcome: Pick<WireExchange, 'response' | 'status' | 'transportError'>) =>
      record({
        atMs,
        durationMs: elapsedMs() - atMs,
        ...names,
        ...remote,
        request: toHex(message),
        ...outcome,
        keepalives,
      });
    const answer = send(message, withKeepaliveRecording(options, keepalives));
    onSent?.(names.subCommand ? `${names.command}/${names.subCommand}` : names.command);
    try {
      const response = await answer;
      finish({ response: toHex(response), ...statusOf(response) });
      return response;
    } catch (error) {
      finish({ transportError: messageOf(error) });
      throw error;
    }
  };
}

const withKeepaliveRecording = (options: TransactOptions, keepalives: Keepalive[]): TransactOptions => ({
  ...options,
  onKeepalive(state) {
    keepalives.push(state);
    options.onKeepalive?.(state);
  },
});

function namesOf(message: Uint8Array): Pick<WireExchange, 'command' | 'subCommand'> {
  const [code] = message;
  if (code === undefined) return { command: 'empty' };
  const command = commandName(code) ?? hexCode(code);
  const subCommand = command === 'authenticatorClientPIN' ? clientPinSubCommand(message) : undefined;
  return { command, ...(subCommand && { subCommand }) };
}

const subCommandNames = new Map<unknown, string>(
  Object.entries(clientPinSubCommands).map(([name, code]) => [code, name]),
);

/** Returns the name of the sub-command if it can be read. A test may send malformed parameters, so decoding is lenient. */
function clientPinSubCommand(message: Uint8Array): string | undefined {
  const { value } = inspect(message.subarray(1));
  const code = value instanceof Map ? value.get(0x02) : undefined;
  return subCommandNames.get(code) ?? (typeof code === 'number' ? hexCode(code) : undefined);
}

function statusOf(response: Uint8Array): Pick<WireExchange, 'status'> {
  const [code] = response;
  return code === undefined ? {} : { status: statusName(code) ?? hexCode(code) };
}

const describeCtap2: Describe = { namesOf, statusOf };

const u2fNames = new Map<unknown, string>(Object.entries(u2fInstructions).map(([name, code]) => [code, name]));

const describeU2f: Describe = {
  namesOf: ([, instruction]) => ({ command: u2fNames.get(instruction) ?? 'U2F' }),
  statusOf: (response) => ({ status: `0x${toHex(response.subarray(-2))}` }),
};

const hexCode = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;
