/** `touchstone emulate`: an emulated key that other programs reach over a socket, until it is interrupted. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { duration } from '#scenario/schema/units.ts';
import { type EmulationOptions, serveEmulated } from '../compose.ts';
import { exitCode } from '../exit-codes.ts';

export const emulateCommand = (finish: (code: number) => void) =>
  new Command('emulate')
    .description('be a security key that other programs reach over UDP or TCP (CTAPHID reports, loopback only)')
    .option('--persona <id>', 'model to imitate; touchstone personas lists them', 'yubikey-5-nfc')
    .option('--pin <pin>', 'a PIN that is set already')
    .option('--state <file>', 'keep credentials, PIN and counters in this file')
    .option('--seed <text>', 'make keys and ids reproducible')
    .option(
      '--defect <id>',
      'something it does wrong, several times for several; touchstone defects lists them',
      add,
      [],
    )
    .option('--touch <how>', 'auto, never, or after:300ms', touch, 'auto')
    .addOption(new Option('--transport <name>', 'how it is reached').choices(['udp', 'tcp']).default('udp'))
    .option('--port <number>', 'default: 8111 for udp, 35962 for tcp; 0 takes a free one', port)
    .action(async (options: EmulationOptions) => {
      const ended = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
      await emulate(options, ended.signal);
      finish(exitCode.passed);
    });

/**
 * Serves a key and says where, until `ended` aborts.
 * @throws {UsageError} for an unknown persona or defect, {TransportError} when the port cannot be had.
 */
export async function emulate(options: EmulationOptions, ended: AbortSignal): Promise<void> {
  await using key = await serveEmulated(options);
  console.log(`${key.label} at ${key.name}`);
  await new Promise<void>((resolve) => {
    if (ended.aborted) resolve();
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
}

const add = (value: string, previous: string[]): string[] => [...previous, value];

function touch(text: string): EmulationOptions['touch'] {
  if (text === 'auto' || text === 'never') return text;
  const afterMs = text.startsWith('after:') ? duration.safeParse(text.slice('after:'.length)) : undefined;
  if (!afterMs?.success) throw new InvalidArgumentError('auto, never or after:300ms is wanted.');
  return { afterMs: afterMs.data };
}

function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 0xffff) throw new InvalidArgumentError('a port from 0 to 65535 is wanted.');
  return Number(text);
}
