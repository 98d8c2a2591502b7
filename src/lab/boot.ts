/** Boots the lab's kernel with the machine's own files, runs one job in it, and sees to it that nothing stays behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Clock, systemClock } from '#base/clock.ts';
import { bootFailure } from './boot-failure.ts';
import { type GuestJob, prepareGuestFolder } from './guest-folder.ts';
import { GuestLine } from './guest-line.ts';
import { kernelArguments, kernelEnvironment } from './kernel-arguments.ts';
import { endProcessTree } from './process-tree.ts';
import { favour, idlestProcessor } from './processor.ts';

export interface LabOptions extends GuestJob {
  /** The kernel's executable, from `ensureKernel`. */
  kernel: string;
  /** Memory of the guest: 3072 without, enough for command-line programs; browsers want 6144. */
  memoryMiB?: number | undefined;
  /** From the boot; then the guest is ended. */
  timeLimitMs: number;
  /** Aborting asks the job to end (SIGTERM), and ends the guest if it does not. */
  signal?: AbortSignal | undefined;
  clock?: Clock;
  /** The folder that the guest shares with the host, before the boot: the place to put files for the job. */
  onFolder?(folder: string): void;
  /** What the job prints. */
  onLine?(line: string): void;
  /** What the job says with a record separator in front; see `guest/cases.sh`. */
  onCase?(text: string): void;
}

export interface LabOutcome {
  /** `exited`: the job ran to its end, with `exitCode`; the others: the guest was ended, or asked to end, before. */
  ending: 'exited' | 'time-limit' | 'interrupted';
  exitCode: number | undefined;
  /** From the start of the kernel to the start of the job. */
  bootMs: number;
  durationMs: number;
  /** The kernel's messages. */
  console: string;
}

/** How long a job may take that was asked to end, and a guest to switch itself off. */
const graceMs = { stop: 30_000, off: 5000 };

/**
 * Boots a guest, runs `script` in it, and resolves when the guest is gone.
 * @throws {UnavailableError} when the kernel does not come up, or dies; the message has its last words.
 */
export async function bootLab(options: LabOptions): Promise<LabOutcome> {
  const folder = prepareGuestFolder(options);
  try {
    options.onFolder?.(folder);
    const kernel = await startKernel(options, folder);
    try {
      return await watch(kernel, options);
    } finally {
      endProcessTree(kernel.pid!);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The shell raises the limit of open files: the guest's files are files of the host. */
async function startKernel(options: LabOptions, folder: string): Promise<ChildProcess> {
  const { kernel, memoryMiB = 3072, clock = systemClock } = options;
  const raised = 'ulimit -n "$(ulimit -Hn)"; exec "$@"';
  const processor = await idlestProcessor(clock);
  const pinned = processor === undefined ? [] : ['taskset', '--cpu-list', String(processor)];
  const words = ['-c', raised, 'sh', ...pinned, kernel, ...kernelArguments(folder, memoryMiB)];
  const started = spawn('/bin/sh', words, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: kernelEnvironment(folder, memoryMiB),
    detached: true, // Ctrl+C is for us: the job is asked to end first
  });
  favour(started.pid);
  return started;
}

async function watch(kernel: ChildProcess, options: LabOptions): Promise<LabOutcome> {
  const { signal, timeLimitMs, clock = systemClock } = options;
  const startedAt = clock.monotonic();
  const elapsedMs = () => clock.monotonic() - startedAt;
  const say = (word: 'stop' | 'off') => kernel.stdin?.write(`${word}\n`);
  const gone = new AbortController();
  let ending: LabOutcome['ending'] = 'exited';
  let bootMs: number | undefined;
  let exitCode: number | undefined;

  const endIn = (ms: number, as: LabOutcome['ending']) =>
    clock.sleep(ms, gone.signal).then(
      () => {
        if (exitCode === undefined) ending = as;
        endProcessTree(kernel.pid!);
      },
      () => undefined, // it was gone before
    );
  const stop = () => {
    ending = 'interrupted';
    say('stop');
    void endIn(graceMs.stop, 'interrupted');
  };
  const line = new GuestLine({
    onLine: (text) => options.onLine?.(text),
    onWord(said) {
      if (said.word === 'case') return options.onCase?.(said.text);
      if (said.word === 'exit') {
        exitCode = said.code;
        say('off');
        return void endIn(graceMs.off, 'exited');
      }
      bootMs = elapsedMs();
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    },
  });
  const messages = collect(kernel);
  (kernel.stdio[3] as Readable).setEncoding('utf8').on('data', (text: string) => line.push(text));
  kernel.stdin?.on('error', () => undefined); // it ends while we speak
  void endIn(timeLimitMs, 'time-limit');

  await once(kernel, 'close');
  line.end();
  gone.abort();
  signal?.removeEventListener('abort', stop);
  if (ending === 'exited' && exitCode === undefined) throw bootFailure(messages(), bootMs !== undefined);
  return { ending, exitCode, bootMs: bootMs ?? elapsedMs(), durationMs: elapsedMs(), console: messages() };
}

const longestMessages = 2 ** 20;

/** What the kernel prints, the newest megabyte of it. */
function collect(kernel: ChildProcess): () => string {
  let text = '';
  for (const stream of [kernel.stdout, kernel.stderr])
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      text = (text + piece).slice(-longestMessages);
    });
  return () => text;
}
