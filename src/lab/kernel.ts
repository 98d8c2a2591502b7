/**
 * The kernel of the lab: user-mode Linux, a kernel that runs as an ordinary process. It is built once from Debian's
 * source package with the options of `kernel.config`, and kept in the user's cache for every clone.
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
import { ensureNeeds } from './prerequisites.ts';

const series = '6.1';
const source = `/usr/src/linux-source-${series}.tar.xz`;
const fragmentFile = join(import.meta.dirname, 'kernel.config');

/** How far a build is; `total` is what a build with this fragment usually takes. */
export interface BuildProgress {
  step: 'unpack' | 'configure' | 'compile';
  done: number;
  total: number;
}

export interface KernelOptions {
  say(line: string): void;
  onProgress?(progress: BuildProgress): void;
  signal?: AbortSignal | undefined;
  clock?: Clock;
  /** Folder of all kernels; below the user's cache without. */
  cache?: string;
}

export interface Kernel {
  path: string;
  /** How long it took to build; undefined when it was there. */
  buildMs?: number;
}

/**
 * The kernel, built when it is not in the cache.
 * @throws {UnavailableError} when something to build it with is missing, or the build fails; the message has its last lines.
 */
export async function ensureKernel(options: KernelOptions): Promise<Kernel> {
  const fragment = readFileSync(fragmentFile, 'utf8');
  const home = join(options.cache ?? userCache(), kernelFolder(fragment));
  const path = join(home, 'linux');
  if (existsSync(path)) return { path };
  ensureNeeds(['build'], options.say);
  const { clock = systemClock } = options;
  const startedAt = clock.monotonic();
  options.say(`building the kernel of the lab, once, into ${home} ...`);
  mkdirSync(home, { recursive: true });
  const workshop = mkdtempSync(join(home, 'build-'));
  try {
    const built = await build(workshop, fragment, options);
    renameSync(built, path); // whole or not at all, also when two build at once
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return { path, buildMs: clock.monotonic() - startedAt };
}

/** A kernel's folder says what it was made of, so a changed fragment makes another kernel and leaves the old one. */
export const kernelFolder = (fragment: string): string => `kernel-${series}-${toHex(sha256(fragment)).slice(0, 12)}`;

const userCache = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'touchstone');

/** Lines that `make` prints for this fragment, for a percentage that is about right. */
const usualSteps = 1450;

async function build(workshop: string, fragment: string, { onProgress, signal }: KernelOptions): Promise<string> {
  const tree = join(workshop, `linux-source-${series}`);
  const make = ['make', '-C', tree, 'ARCH=um', `-j${availableParallelism()}`];
  onProgress?.({ step: 'unpack', done: 0, total: 1 });
  await run(['tar', '-xf', source, '-C', workshop], signal);
  onProgress?.({ step: 'configure', done: 0, total: 1 });
  await run([...make, 'defconfig'], signal);
  appendFileSync(join(tree, '.config'), fragment);
  await run([...make, 'olddefconfig'], signal);
  refuseLost(fragment, readFileSync(join(tree, '.config'), 'utf8'));
  let done = 0;
  await run([...make, 'linux'], signal, () => onProgress?.({ step: 'compile', done: ++done, total: usualSteps }));
  return join(tree, 'linux');
}

/** An option that this source does not know would be dropped without a word, and the lab would miss a driver. */
function refuseLost(fragment: string, config: string): void {
  const taken = new Set(config.split('\n'));
  const lost = fragment.split('\n').filter((line) => line.startsWith('CONFIG_') && !taken.has(line));
  if (lost.length > 0) throw new UnavailableError(`linux-source-${series} did not take ${lost.join(', ')}`);
}

const lastLines = 20;

/** Runs a tool to its end; `onStep` hears of each line it prints. */
async function run([tool, ...args]: string[], signal?: AbortSignal, onStep?: () => void): Promise<void> {
  const child = spawn(tool!, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
  let printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      printed = [...printed.slice(-lastLines), line];
      onStep?.();
    });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  throw new UnavailableError(`the kernel of the lab cannot be built: ${tool} failed.\n  ${printed.join('\n  ')}`);
}
