/** `touchstone emulate`: an emulated key that the system or other programs reach, until it is interrupted. */
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { TransportError } from '#protocol/errors.ts';
import { duration } from '#scenario/schema/units.ts';
import { deviceTransports, type EmulationOptions, serveEmulated } from '../compose.ts';
import { LiveView } from '../emulate/live-view.ts';
import { exitCode } from '../exit-codes.ts';

const offered = Object.entries(deviceTransports);
const ways = `how it is reached: ${offered.map(([id, { about }]) => `${id}, ${about}`).join('; ')}`;
const ports = offered.flatMap(([id, { defaultPort }]) => (defaultPort ? [`${defaultPort} for ${id}`] : [])).join(', ');

export const emulateCommand = (finish: (code: number) => void) =>
  new Command('emulate')
    .description('be a security key that this machine or other programs reach')
    .option('--persona <id>', 'model to imitate; touchstone personas lists them', 'yubikey-5-nfc')
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
    .action(async (options: EmulationOptions) => {
      const ended = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
      finish(await served(options, ended));
    });

async function served(options: EmulationOptions, ended: AbortController): Promise<number> {
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
 * Serves a key, says where and shows what it is asked, until `ended` aborts or somebody at the terminal quits.
 * @throws {UsageError} for an unknown persona or defect, {TransportError} when the transport cannot be had.
 */
export async function emulate(options: EmulationOptions, ended: AbortController): Promise<void> {
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY && stdout.isTTY;
  const view = new LiveView({
    write: (text) => (isTerminal ? stdout.write(text) : console.log(text.trimEnd())),
    columns: () => (isTerminal ? stdout.columns : undefined),
    now: () => new Date(),
  });
  await using key = await serveEmulated(options, view);
  console.log(`${key.label} at ${key.name}`);
  view.start(key);
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

const add = (value: string, previous: string[]): string[] => [...previous, value];

function touch(text: string): EmulationOptions['touch'] {
  if (text === 'auto' || text === 'ask' || text === 'never') return text;
  const afterMs = text.startsWith('after:') ? duration.safeParse(text.slice('after:'.length)) : undefined;
  if (!afterMs?.success) throw new InvalidArgumentError('auto, ask, never or after:300ms is wanted.');
  return { afterMs: afterMs.data };
}

function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 0xffff) throw new InvalidArgumentError('a port from 0 to 65535 is wanted.');
  return Number(text);
}
