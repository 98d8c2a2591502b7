/** `touchstone emulate`: emulated keys that the system or other programs reach, until it is interrupted. */
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { type HttpAddress, loopback, serveHooks } from '#emulator-server/control-api-server.ts';
import { LiveView } from '#emulator-server/live-view.ts';
import { parseTouch, type TouchHabit, wantedTouch } from '#emulator-server/touch-policy.ts';
import { TransportError } from '#protocol/errors.ts';
import { deviceTransports } from '../compose/catalogue.ts';
import { type EmulationOptions, serveEmulated } from '../compose/emulation.ts';
import { exitCode } from '../exit-codes.ts';

export interface EmulateOptions extends EmulationOptions {
  http?: HttpAddress;
}

const offered = Object.entries(deviceTransports);
const ways = `how it is reached: ${offered.map(([id, { about }]) => `${id}, ${about}`).join('; ')}`;
const ports = offered.flatMap(([id, { defaultPort }]) => (defaultPort ? [`${defaultPort} for ${id}`] : [])).join(', ');
const defaultPersona = 'yubikey-5-nfc';

export const emulateCommand = (finish: (code: number) => void) =>
  new Command('emulate')
    .description('be a security key that this machine or other programs reach')
    .option(
      '--persona <id>',
      `model to imitate (default: ${defaultPersona}), several times for several keys over usbip; touchstone personas lists them`,
      add,
    )
    .addOption(new Option('--pin <pin>', 'a PIN that is set already').env('TOUCHSTONE_PIN'))
    .option('--state <file>', 'keep credentials, PIN and counters in this file')
    .option('--seed <text>', 'make keys and ids reproducible')
    .option(
      '--defect <id>',
      'something it does wrong, several times for several; touchstone defects lists them',
      add,
      [],
    )
    .option('--touch <how>', 'auto, ask (press t), never, or after:300ms', touch, 'auto')
    .addOption(new Option('--transport <name>', ways).choices(Object.keys(deviceTransports)).default('udp'))
    .option('--port <number>', `default: ${ports}; 0 takes a free one`, port)
    .option(
      '--http <address>',
      'hooks for scripts at :8080 or HOST:8080: touch, fingerprint, power, state, results',
      http,
    )
    .action(async ({ persona = [defaultPersona], ...options }: EmulateOptions) => {
      const ended = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
      finish(await served({ persona, ...options }, ended));
    });

async function served(options: EmulateOptions, ended: AbortController): Promise<number> {
  try {
    await emulate(options, ended);
    return exitCode.passed;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    console.error(`${pc.red('error')} ${error.message}`);
    return exitCode.infrastructure;
  }
}

/**
 * Serves keys, says where and shows what they are asked, until `ended` aborts or somebody at the terminal quits.
 * @throws {UsageError} for an unknown persona or defect, {TransportError} when the transport or the port of the hooks cannot be had.
 */
export async function emulate(options: EmulateOptions, ended: AbortController): Promise<void> {
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY && stdout.isTTY;
  const view = new LiveView({
    write: (text) => (isTerminal ? stdout.write(text) : console.log(text.trimEnd())),
    columns: () => (isTerminal ? stdout.columns : undefined),
    now: () => new Date(),
  });
  await using emulation = await serveEmulated(options, (id) => view.eventsOf(id));
  const { keys } = emulation;
  await using hooks = options.http && (await serveHooks(keys, options.http));
  for (const { label, name } of keys) console.log(`${label} at ${name}`);
  if (hooks) console.log(`hooks at ${hooks.origin}/keys`);
  view.start(keys);
  const release = isTerminal ? watchKeys(stdin, view, () => ended.abort()) : () => undefined;
  const { signal } = ended;
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  release();
  view.end();
}

/** Hands single key presses to the view; the function that is returned gives the terminal back. */
function watchKeys(stdin: typeof process.stdin, view: LiveView, quit: () => void): () => void {
  const onKeys = (keys: string) => {
    if ([...keys].some((key) => view.press(key))) quit();
  };
  stdin.setRawMode(true).setEncoding('utf8').resume().on('data', onKeys).on('end', quit);
  return () => {
    stdin.off('data', onKeys).off('end', quit).setRawMode(false).pause();
  };
}

const add = (value: string, previous: string[] = []): string[] => [...previous, value];

function touch(text: string): TouchHabit {
  const habit = parseTouch(text);
  if (habit === undefined) throw new InvalidArgumentError(`${wantedTouch}.`);
  return habit;
}

function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 0xffff) throw new InvalidArgumentError('a port from 0 to 65535 is wanted.');
  return Number(text);
}

/** `:8080`, `8080`, `HOST:8080`. */
function http(text: string): HttpAddress {
  const [, host, digits = ''] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  return { host: host || loopback, port: port(digits) };
}
