/**
 * Builds the kernel of the lab: user-mode Linux, a kernel that runs as an ordinary process. It is built once from Debian's
 * source package with the options of `kernel.config`, and cached in the user's cache folder for all clones.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { toHex } from '#base/bytes.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { sha256 } from '#protocol/crypto.ts';
import { ensurePrerequisites } from './prerequisites.ts';

const series = '6.1';
const source = `/usr/src/linux-source-${series}.tar.xz`;
const configFile = join(import.meta.dirname, 'kernel.config');

/** Progress of a build; `total` is an estimate. */
export interface BuildProgress {
  step: 'unpack' | 'configure' | 'compile';
  done: number;
  total: number;
}

export interface KernelOptions {
  /** Called with a message for the user. */
  onMessage(line: string): void;
  onProgress?(progress: BuildProgress): void;
  signal?: AbortSignal | undefined;
  clock?: Clock;
  /** Folder of all kernels. Default: `touchstone` in the user's cache folder. */
  cache?: string;
}

export interface Kernel {
  path: string;
  /** Duration of the build; undefined if the kernel was cached. */
  buildMs?: number;
}

/**
 * Returns the kernel. Builds it if it is not in the cache.
 * @throws {UnavailableError} if a build tool is missing or the build fails; the message has its last lines.
 */
export async function ensureKernel(options: KernelOptions): Promise<Kernel> {
  const config = readFileSync(configFile, 'utf8');
  const folder = join(options.cache ?? userCacheFolder(), kernelFolderName(config));
  const path = join(folder, 'linux');
  if (existsSync(path)) return { path };
  ensurePrerequisites(['build'], options.onMessage);
  const { clock = systemClock } = options;
  const startedAt = clock.monotonic();
  options.onMessage(`Building the kernel of the lab, once, into ${folder} ...`);
  mkdirSync(folder, { recursive: true });
  const buildFolder = mkdtempSync(join(folder, 'build-'));
  try {
    const built = await build(buildFolder, config, options);
    renameSync(built, path); // atomic, also when two processes build at once
  } finally {
    rmSync(buildFolder, { recursive: true, force: true });
  }
  return { path, buildMs: clock.monotonic() - startedAt };
}

/** Returns the name of a kernel's folder. It contains a hash of the configuration, so that a changed configuration builds another kernel. */
export const kernelFolderName = (config: string): string => `kernel-${series}-${toHex(sha256(config)).slice(0, 12)}`;

const userCacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'touchstone');

/** Number of lines that `make` prints for this configuration, to estimate the progress. */
const estimatedSteps = 1450;

async function build(buildFolder: string, config: string, { onProgress, signal }: KernelOptions): Promise<string> {
  const tree = join(buildFolder, `linux-source-${series}`);
  const make = ['make', '-C', tree, 'ARCH=um', `-j${availableParallelism()}`];
  onProgress?.({ step: 'unpack', done: 0, total: 1 });
  await run(['tar', '-xf', source, '-C', buildFolder], signal);
  onProgress?.({ step: 'configure', done: 0, total: 1 });
  await run([...make, 'defconfig'], signal);
  appendFileSync(join(tree, '.config'), config);
  await run([...make, 'olddefconfig'], signal);
  checkConfig(config, readFileSync(join(tree, '.config'), 'utf8'));
  let done = 0;
  await run([...make, 'linux'], signal, () => onProgress?.({ step: 'compile', done: ++done, total: estimatedSteps }));
  return join(tree, 'linux');
}

/** @throws {UnavailableError} if the source does not accept an option. `make` drops such options silently, and the kernel would lack a driver. */
function checkConfig(requested: string, written: string): void {
  const accepted = new Set(written.split('\n'));
  const rejected = requested.split('\n').filter((line) => line.startsWith('CONFIG_') && !accepted.has(line));
  if (rejected.length > 0)
    throw new UnavailableError(`linux-source-${series} does not accept the options ${rejected.join(', ')}`);
}

const maxLines = 20;

/**
 * Runs a tool to its end; `onLine` is called for each line that it prints.
 * @throws {UnavailableError} if the tool fails; the message has its last lines.
 */
async function run([tool = '', ...args]: string[], signal?: AbortSignal, onLine?: () => void): Promise<void> {
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
  let printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      printed = [...printed.slice(-maxLines), line];
      onLine?.();
    });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  throw new UnavailableError(
    `Cannot build the kernel of the lab: ${tool} failed with exit code ${code}.\n  ${printed.join('\n  ')}`,
  );
}
