/** `touchstone keys serve`: serves the keys of this machine to other machines that have the token, until it is interrupted. */
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { toBase64url } from '#base/bytes.ts';
import { formatDuration } from '#base/durations.ts';
import { messageOf, UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { listServableKeys, servableKeysAt } from '#real-keys/servable-keys.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { defaultRemotePort, formatHostPort } from '#transport/remote/address.ts';
import { type KeyServer, type KeyServerEvent, serveKeys } from '#transport/remote/key-server.ts';
import type { ServableKey } from '#transport/remote/remote-server-session.ts';
import { exitCode } from '../exit-codes.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { collect, parseMilliseconds, parsePort } from './option-parsers.ts';
import { untilAborted } from './until-aborted.ts';

interface KeysServeOptions {
  host: string;
  port: number;
  tlsCert?: string;
  tlsKey?: string;
  /** Milliseconds. */
  idle: number;
  device: string[];
}

const tokenVariable = 'TOUCHSTONE_REMOTE_TOKEN';
const defaultIdleMs = 10 * 60_000;

export const keysServeCommand = (finish: (code: number) => void) =>
  new Command('serve')
    .description(`Serve the keys of this machine to other machines that have the token in ${tokenVariable}`)
    .option('--host <address>', 'Address to listen on; an address other than loopback requires TLS', '127.0.0.1')
    .option('-p, --port <number>', 'Port to listen on; 0 picks a free port', parsePort, defaultRemotePort)
    .option('--tls-cert <file>', 'Certificate chain, PEM')
    .option('--tls-key <file>', 'Private key of the certificate, PEM')
    .addOption(
      new Option('--idle <time>', 'End a lease that is not used for this time, e.g. 10m')
        .argParser(parseMilliseconds)
        .default(defaultIdleMs, formatDuration(defaultIdleMs)),
    )
    .addOption(
      new Option('--device <address>', 'Serve only this key; repeat the option for several keys')
        .argParser(collect)
        .default([], 'every key found'),
    )
    .action(async (options: KeysServeOptions) => {
      await withInterruptSignal((signal) => serve(options, signal));
      finish(exitCode.passed);
    });

/**
 * Serves keys until `signal` is aborted. Prints the token only when it was generated here: a token from the environment is a secret.
 * @throws {UsageError} for a bad combination of options, {TransportError} if the port cannot be used.
 */
async function serve({ host, port, idle, device, ...files }: KeysServeOptions, signal: AbortSignal): Promise<void> {
  const given = process.env[tokenVariable];
  const token = given || toBase64url(systemRandom.bytes(24));
  const keys = { list: () => listKeys(device) };
  const tls = readTlsFiles(files);
  await using server = await serveKeys({ keys, token, host, port, tls, idleMs: idle, onEvent: logEvent });
  console.log(`Serving keys at ${pc.bold(formatHostPort(server))}  ${pc.dim('Press Ctrl+C to stop')}`);
  for (const line of instructions(server, await keys.list(), given ? undefined : token)) console.log(line);
  await untilAborted(signal);
}

const listKeys = async (addresses: readonly string[]): Promise<ServableKey[]> =>
  addresses.length > 0 ? servableKeysAt(addresses, openDevice) : listServableKeys(await listDevices(), openDevice);

/** Returns the environment variables to set on the other machine, and the addresses of the keys. */
function instructions(server: KeyServer, keys: readonly ServableKey[], newToken: string | undefined): string[] {
  const set = (name: string, value: string) => `  ${pc.cyan(name)}=${value}`;
  const { fingerprint } = server;
  const address = (id: string) => `remote:${formatHostPort(server)}/${id}`;
  return [
    ...(newToken ? [set(tokenVariable, newToken)] : []),
    ...(fingerprint ? [set('TOUCHSTONE_REMOTE_PIN', fingerprint)] : []),
    ...keys.map(({ id, label }) => `  ${address(id)}  ${pc.dim(label === id ? '' : label)}`.trimEnd()),
    ...(keys.length === 0 ? [pc.dim('  No key found yet; keys that are connected later are served too')] : []),
  ];
}

function readTlsFiles({ tlsCert, tlsKey }: Pick<KeysServeOptions, 'tlsCert' | 'tlsKey'>) {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new UsageError('TLS requires both --tls-cert and --tls-key, got only one of them');
  return { cert: readOptionFile('--tls-cert', tlsCert), key: readOptionFile('--tls-key', tlsKey) };
}

function readOptionFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${option}: cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

function logEvent(event: KeyServerEvent): void {
  const time = pc.dim(new Date().toTimeString().slice(0, 8));
  if (event.type === 'refused') console.log(`${time} ${pc.yellow('refused')}  ${event.peer}: ${event.why}`);
  else if (event.type === 'leased')
    console.log(`${time} ${pc.green('leased')}   ${event.key} to ${event.holder} at ${event.peer}`);
  else console.log(`${time} ${pc.green('released')} ${event.key} by ${event.holder}: ${event.why}`);
}
