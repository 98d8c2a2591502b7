/** `touchstone emulate`: serves emulated keys to this machine or to other programs until it is interrupted. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type HttpAddress, loopback, serveControlApi } from '#emulator-server/control-api-server.ts';
import { LiveView } from '#emulator-server/live-view.ts';
import { expectedTouchPolicy, parseTouchPolicy, type TouchPolicy } from '#emulator-server/touch-policy.ts';
import { type EmulationOptions, serveEmulated } from '../compose/emulation.ts';
import { deviceTransports } from '../compose/emulator-catalogue.ts';
import { exitCode } from '../exit-codes.ts';
import { collect, parsePort } from './option-parsers.ts';
import { untilAborted } from './until-aborted.ts';

export interface EmulateOptions extends EmulationOptions {
  http?: HttpAddress;
}

const transports = Object.entries(deviceTransports);
const transportHelp = `How the key is connected: ${transports.map(([id, { description }]) => `${id}, ${description}`).join('; ')}`;
const defaultPorts = transports
  .flatMap(([id, { defaultPort }]) => (defaultPort ? [`${defaultPort} for ${id}`] : []))
  .join(', ');
const defaultPersona = 'yubikey-5-nfc';

export const emulateCommand = (finish: (code: number) => void) =>
  new Command('emulate')
    .option(
      '--persona <id>',
      `Model to emulate (see touchstone personas); repeat the option for several keys over usbip; default: ${defaultPersona}`,
      collect,
    )
    .addOption(new Option('--pin <pin>', 'PIN that is already set').env('TOUCHSTONE_PIN'))
    .option('--state <file>', 'Keep credentials, PIN and counters in this file')
    .option('--seed <text>', 'Make keys and ids reproducible')
    .option('--defect <id>', 'Defect of the key (see touchstone defects); repeat the option for several', collect, [])
    .option(
      '--touch <policy>',
      'When the key is touched: auto, ask (press t), never, or after:300ms',
      parseTouch,
      'auto',
    )
    .addOption(new Option('--transport <name>', transportHelp).choices(Object.keys(deviceTransports)).default('udp'))
    .option('--port <number>', `Port to listen on; 0 picks a free port; default: ${defaultPorts}`, parsePort)
    .option(
      '--http <address>',
      'Serve an HTTP API for scripts at :8080 or HOST:8080: touch, fingerprint, power, state, results',
      parseHttpAddress,
    )
    .action(async ({ persona = [defaultPersona], ...options }: EmulateOptions) => {
      const ended = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
      await emulate({ persona, ...options }, ended);
      finish(exitCode.passed);
    });

/**
 * Serves keys, prints their addresses and shows every command, until `ended` is aborted or the user at the terminal quits.
 * @throws {UsageError} for an unknown persona or defect, {TransportError} if the transport or the port of the HTTP API cannot be used.
 */
export async function emulate(options: EmulateOptions, ended: AbortController): Promise<void> {
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY && stdout.isTTY;
  const view = new LiveView({
    write: (text) => (isTerminal ? stdout.write(text) : console.log(text.trimEnd())),
    columns: () => (isTerminal ? stdout.columns : undefined),
    now: () => new Date(),
  });
  await using emulation = await serveEmulated(options, (id) => view.createEvents(id));
  const { keys } = emulation;
  await using api = options.http && (await serveControlApi(keys, options.http));
  for (const { label, name } of keys) console.log(`${label} at ${name}`);
  if (api) console.log(`HTTP API at ${api.origin}/keys`);
  view.start(keys);
  const stopReading = isTerminal ? readKeyPresses(stdin, view, () => ended.abort()) : () => undefined;
  await untilAborted(ended.signal);
  stopReading();
  view.clear();
}

/** Passes single key presses to the view until the returned function is called, which restores the terminal. */
function readKeyPresses(stdin: typeof process.stdin, view: LiveView, quit: () => void): () => void {
  const onKeys = (keys: string) => {
    if ([...keys].some((key) => view.press(key))) quit();
  };
  stdin.setRawMode(true).setEncoding('utf8').resume().on('data', onKeys).on('end', quit);
  return () => {
    stdin.off('data', onKeys).off('end', quit).setRawMode(false).pause();
  };
}

function parseTouch(text: string): TouchPolicy {
  const policy = parseTouchPolicy(text);
  if (policy === undefined) throw new InvalidArgumentError(`${expectedTouchPolicy}.`);
  return policy;
}

/** Reads `:8080`, `8080` or `HOST:8080`. */
function parseHttpAddress(text: string): HttpAddress {
  const [, host, port = ''] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  return { host: host || loopback, port: parsePort(port) };
}
