/** `touchstone keys serve`: lends the keys of this machine to others that have the token, until it is interrupted. */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { toBase64url } from '#base/bytes.ts';
import { parseDuration } from '#base/durations.ts';
import { UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { TransportError } from '#protocol/errors.ts';
import { keysAt, lendableKeys } from '#real-keys/lendable-keys.ts';
import { listDevices, openDevice } from '#transport/registry.ts';
import { defaultRemotePort, formatHostPort } from '#transport/remote/address.ts';
import type { ServableKey } from '#transport/remote/remote-server-session.ts';
import { type KeyServer, type KeyServerEvent, serveKeys } from '#transport/remote/server.ts';
import { exitCode } from '../exit-codes.ts';

interface KeysServeOptions {
  host: string;
  port: number;
  tlsCert?: string;
  tlsKey?: string;
  idle: number;
  device: string[];
}

const tokenVariable = 'TOUCHSTONE_REMOTE_TOKEN';

export const keysServeCommand = (finish: (code: number) => void) =>
  new Command('serve')
    .description(`lend the keys of this machine to others, who need the token in ${tokenVariable}`)
    .option('--host <address>', 'address to listen on; any but a loopback address demands TLS', '127.0.0.1')
    .option('-p, --port <number>', '0 takes a free one', port, defaultRemotePort)
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'private key of the certificate, PEM')
    .option('--idle <time>', 'a lease that is not used for so long ends, e.g. 10m', milliseconds, 10 * 60_000)
    .option('--device <address>', 'lend this one only; several times for several; default: every key found', add, [])
    .action(async (options: KeysServeOptions) => {
      const ended = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
      finish(await served(options, ended.signal));
    });

async function served(options: KeysServeOptions, ended: AbortSignal): Promise<number> {
  try {
    await serve(options, ended);
    return exitCode.passed;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    console.error(`${pc.red('error')} ${error.message}`);
    return exitCode.infrastructure;
  }
}

/** The token is shown only when it was made here: one that was given is a secret of whoever gave it. */
async function serve({ host, port, idle, device, ...files }: KeysServeOptions, ended: AbortSignal): Promise<void> {
  const given = process.env[tokenVariable];
  const token = given || toBase64url(systemRandom.bytes(24));
  const keys = { list: () => keysToLend(device) };
  const tls = tlsOf(files);
  await using lending = await serveKeys({ keys, token, host, port, tls, idleMs: idle, onEvent: logEvent });
  console.log(`lends keys at ${pc.bold(formatHostPort(lending))}  ${pc.dim('Ctrl+C stops')}`);
  for (const line of await instructions(lending, keys, given ? undefined : token)) console.log(line);
  await new Promise<void>((resolve) => {
    if (ended.aborted) resolve();
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
}

const keysToLend = async (addresses: readonly string[]): Promise<ServableKey[]> =>
  addresses.length > 0 ? keysAt(addresses, openDevice) : lendableKeys(await listDevices(), openDevice);

/** What to set on the machine that tests, and what is there to be used. */
async function instructions(
  lending: KeyServer,
  keys: { list(): Promise<ServableKey[]> },
  newToken: string | undefined,
): Promise<string[]> {
  const set = (name: string, value: string) => `  ${pc.cyan(name)}=${value}`;
  const { fingerprint } = lending;
  const lent = await keys.list();
  return [
    ...(newToken ? [set(tokenVariable, newToken)] : []),
    ...(fingerprint ? [set('TOUCHSTONE_REMOTE_PIN', fingerprint)] : []),
    ...lent.map(({ id, label }) =>
      `  remote:${formatHostPort(lending)}/${id}  ${pc.dim(label === id ? '' : label)}`.trimEnd(),
    ),
    ...(lent.length === 0 ? [pc.dim('  no key yet; those that are plugged in later are lent, too')] : []),
  ];
}

function tlsOf({ tlsCert, tlsKey }: Pick<KeysServeOptions, 'tlsCert' | 'tlsKey'>) {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new UsageError('cannot speak TLS with half of it: --tls-cert and --tls-key are wanted, both');
  return { cert: read('--tls-cert', tlsCert), key: read('--tls-key', tlsKey) };
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${option}: cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

function logEvent(event: KeyServerEvent): void {
  const time = pc.dim(new Date().toTimeString().slice(0, 8));
  if (event.type === 'refused') console.log(`${time} ${pc.yellow('refused')}  ${event.peer}: ${event.why}`);
  else if (event.type === 'leased')
    console.log(`${time} ${pc.green('leased')}   ${event.key} to ${event.holder} at ${event.peer}`);
  else console.log(`${time} ${pc.green('released')} ${event.key} by ${event.holder}: ${event.why}`);
}

const add = (value: string, previous: string[]): string[] => [...previous, value];

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('a port number is wanted.');
  return Number(text);
}

function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed) throw new InvalidArgumentError('a time such as 30s, 10m or 2h is wanted.');
  return parsed;
}
