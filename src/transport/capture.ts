/** Decorator around a device that records what goes over the wire, with names from the tables. Recording never changes an exchange. */
import { toHex } from '#base/bytes.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { clientPinSubCommands, commandName } from '#protocol/commands.ts';
import { statusName } from '#protocol/status.ts';
import type { WireExchange } from '#result/transcript.ts';
import { type CtapDevice, decorated, type Keepalive, type TransactOptions } from './device.ts';

export interface CaptureOptions {
  /** Milliseconds since the timeline's origin, monotonic (`Timeline.elapsedMs`). */
  elapsedMs: () => number;
  /** Gets each exchange when it is over. */
  record: (exchange: WireExchange) => void;
  /** Called as a command goes out, with its name, or `command/subCommand` where it has one. */
  onSent?: ((name: string) => void) | undefined;
}

/** `device`, recorded. Disposing it disposes the device. */
export function capture(device: CtapDevice, { elapsedMs, record, onSent }: CaptureOptions): CtapDevice {
  const mark = device.remote ? { remote: true } : {};
  return decorated(device, async (message, options = {}) => {
    const atMs = elapsedMs();
    const names = namesOf(message);
    const keepalives: Keepalive[] = [];
    const finish = (end: Pick<WireExchange, 'response' | 'status' | 'transportError'>) =>
      record({
        atMs,
        durationMs: elapsedMs() - atMs,
        ...names,
        ...mark,
        request: toHex(message),
        ...end,
        keepalives,
      });
    const answer = device.transact(message, listening(options, keepalives));
    onSent?.(names.subCommand ? `${names.command}/${names.subCommand}` : names.command);
    try {
      const response = await answer;
      finish({ response: toHex(response), ...statusOf(response) });
      return response;
    } catch (error) {
      finish({ transportError: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  });
}

const listening = (options: TransactOptions, keepalives: Keepalive[]): TransactOptions => ({
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

/** Reads as far as possible, since a test may send deliberately broken parameters. */
function clientPinSubCommand(message: Uint8Array): string | undefined {
  const { value } = inspect(message.subarray(1));
  const code = value instanceof Map ? value.get(0x02) : undefined;
  return subCommandNames.get(code) ?? (typeof code === 'number' ? hexCode(code) : undefined);
}

function statusOf(response: Uint8Array): Pick<WireExchange, 'status'> {
  const [code] = response;
  return code === undefined ? {} : { status: statusName(code) ?? hexCode(code) };
}

const hexCode = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;
