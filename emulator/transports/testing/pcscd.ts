/** Starts pcscd with the virtual smart-card reader for a test and stops it afterwards. Only one pcscd can run on a machine at a time. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuthenticatorBackend, type SocketKey, serveVpcd } from '../../index.ts';

const daemon = '/usr/sbin/pcscd';
const driver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const daemonSocket = '/run/pcscd/pcscd.comm';
/** Generous, for slow machines. */
const startTimeoutMs = 20_000;

export interface Pcscd extends AsyncDisposable {
  /** Name of the reader. */
  readonly reader: string;
  /** Inserts a key into the reader. */
  insertKey(authenticator: AuthenticatorBackend): Promise<SocketKey>;
}

/**
 * Runs pcscd until the input ends, which happens even if the process that started it ends without stopping it. A shell gives commands in
 * the background no input, unless it is a file descriptor of their own.
 */
const runUntilInputEnds = 'exec 3<&0; "$0" -f -c "$1" 3<&- & pid=$!; (cat <&3; kill $pid) & wait $pid';

/** Starts pcscd, after other tests on this machine have stopped theirs. Resolves with the reason if pcscd cannot be started. */
export async function startPcscd(): Promise<Pcscd | string> {
  const unavailable = checkRequirements();
  if (unavailable) return unavailable;
  const lock = await acquireLock();
  if (await acceptsConnections(daemonSocket)) {
    lock.close();
    return 'a pcscd is already running on this machine';
  }
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-pcscd-'));
  const port = await freePort();
  const device = `/dev/null:0x${port.toString(16)}`;
  const settings = {
    FRIENDLYNAME: '"Touchstone"',
    DEVICENAME: device,
    LIBPATH: driver,
    CHANNELID: `0x${port.toString(16)}`,
  };
  writeFileSync(
    join(folder, 'vpcd'),
    Object.entries(settings)
      .map(([key, value]) => `${key} ${value}\n`)
      .join(''),
  );
  const child = spawn('/bin/sh', ['-c', runUntilInputEnds, daemon, folder], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true });
    lock.close();
  };
  for (const start = performance.now(); !(isBound(port) && (await acceptsConnections(daemonSocket))); await sleep(50)) {
    if (child.exitCode === null && performance.now() - start < startTimeoutMs) continue;
    await stop();
    return `pcscd did not start within ${startTimeoutMs} ms`;
  }
  const insertKey = (authenticator: AuthenticatorBackend) => serveVpcd(authenticator, { port });
  return { reader: 'Touchstone 00 00', insertKey, [Symbol.asyncDispose]: stop };
}

/** Returns why pcscd cannot be started; undefined if it can. */
function checkRequirements(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can start pcscd';
  if (!existsSync(daemon)) return 'pcscd is not installed (apt-get install pcscd)';
  return existsSync(driver) ? undefined : 'the virtual reader is not installed (apt-get install vsmartcard-vpcd)';
}

/** Acquires a lock between processes: an abstract socket name, which the kernel releases when the process ends. */
async function acquireLock(): Promise<Server> {
  for (;;) {
    const server = createServer();
    const isHeld = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      server.listen('\0touchstone-pcscd', () => resolve(false));
    });
    if (!isHeld) return server.unref();
    await sleep(100);
  }
}

const acceptsConnections = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<unknown>((resolve) => server.close(resolve));
  return port;
}

/** Whether a server listens on the port. Reads the kernel's table, because connecting would insert a card. */
function isBound(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const table = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'utf8')).join('');
  return new RegExp(`:${hex} [0-9A-F]+:0000 0A`).test(table);
}
