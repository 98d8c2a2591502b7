/** A pcscd of our own with the virtual reader, in the foreground and stopped by its id. One can run on a machine at a time. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KeyInside, type SocketKey, serveVpcd } from '../../index.ts';

const daemon = '/usr/sbin/pcscd';
const driver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const socketOfDaemon = '/run/pcscd/pcscd.comm';
/** Slow machines take long to start a program. */
const patienceMs = 20_000;

export interface Pcscd extends AsyncDisposable {
  /** The reader's name. */
  readonly reader: string;
  /** Lays a key on the reader. */
  lay(inside: KeyInside): Promise<SocketKey>;
}

/** Starts it, after whoever else on this machine runs one for a test; resolves with the reason where that cannot be. */
export async function startPcscd(): Promise<Pcscd | string> {
  const missing = whyNot();
  if (missing) return missing;
  const turn = await ourTurn();
  if (await listens(socketOfDaemon)) {
    turn.close();
    return 'a pcscd of this machine runs already, and there can be only one';
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
  const child = spawn(daemon, ['-f', '-c', folder], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
    turn.close();
  };
  for (const start = performance.now(); !(isBound(port) && (await listens(socketOfDaemon))); await sleep(50)) {
    if (child.exitCode === null && performance.now() - start < patienceMs) continue;
    await stop();
    return 'pcscd did not start';
  }
  const lay = (inside: KeyInside) => serveVpcd(inside, { port });
  return { reader: 'Touchstone 00 00', lay, [Symbol.asyncDispose]: stop };
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'pcscd can be started by root on Linux only';
  if (!existsSync(daemon)) return 'pcscd is not installed (apt-get install pcscd)';
  return existsSync(driver) ? undefined : 'the virtual reader is not installed (apt-get install vsmartcard-vpcd)';
}

/** A name that the kernel gives to one process at a time, and takes back when that ends. */
async function ourTurn(): Promise<Server> {
  for (;;) {
    const server = createServer();
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      server.listen('\0touchstone-pcscd', () => resolve(false));
    });
    if (!taken) return server.unref();
    await sleep(100);
  }
}

const listens = (path: string): Promise<boolean> =>
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

/** To connect would be to lay a card down. */
function isBound(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const table = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'utf8')).join('');
  return new RegExp(`:${hex} [0-9A-F]+:0000 0A`).test(table);
}
