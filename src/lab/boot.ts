/** Boots the lab's kernel on the host's files, runs one job in the guest, and removes every process and file afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Clock, systemClock } from '#base/clock.ts';
import { createBootError } from './boot-failure.ts';
import { pickIdleCpu, raisePriority } from './cpu-scheduling.ts';
import { EndWithParent } from './end-with-parent.ts';
import { type GuestJob, prepareGuestFolder } from './guest-folder.ts';
import { GuestOutputParser } from './guest-output-parser.ts';
import { kernelArguments, kernelEnvironment } from './kernel-arguments.ts';
import { endProcessTree } from './process-tree.ts';

export interface LabOptions extends GuestJob {
  /** Path of the kernel's executable, from `ensureKernel`. */
  kernel: string;
  /** Memory of the guest. Default: 3072, enough for command-line programs; browsers need 6144. */
  memoryMiB?: number | undefined;
  /** Time limit from the start of the kernel; after it, the guest is killed. */
  timeLimitMs: number;
  /** Aborted to end the job with SIGTERM, and to kill the guest if the job does not end. */
  signal?: AbortSignal | undefined;
  clock?: Clock;
  /** Called before the boot with the folder that the guest shares with the host, so that files for the job can be added. */
  onFolder?(folder: string): void;
  /** Called with each line that the job prints. */
  onLine?(line: string): void;
  /** Called with each message about a case; see `guest/cases.sh`. */
  onCase?(text: string): void;
}

export interface LabOutcome {
  /** `exited`: the job has ended with `exitCode`. Otherwise the guest was killed, or asked to end, before that. */
  outcome: 'exited' | 'time-limit' | 'interrupted';
  exitCode: number | undefined;
  /** Time from the start of the kernel to the start of the job. */
  bootMs: number;
  durationMs: number;
  /** The kernel's messages. */
  console: string;
}

/** Time for a job to end after SIGTERM, and for a guest to power off. */
const graceMs = { stop: 30_000, off: 5000 };

/**
 * Boots a guest, runs `script` in it, and resolves when the guest has ended.
 * @throws {UnavailableError} if the kernel does not boot, or ends before the job; the message has its last lines.
 */
export async function bootLab(options: LabOptions): Promise<LabOutcome> {
  const folder = prepareGuestFolder(options);
  using endWithParent = new EndWithParent(folder);
  try {
    options.onFolder?.(folder);
    const kernel = await startKernel(options, folder);
    endWithParent.watch(kernel.pid);
    try {
      return await waitForGuest(kernel, options);
    } finally {
      endProcessTree(kernel.pid);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startKernel(options: LabOptions, folder: string): Promise<ChildProcess> {
  const { kernel, memoryMiB = 3072, clock = systemClock } = options;
  const raiseFileLimit = 'ulimit -n "$(ulimit -Hn)"; exec "$@"'; // the guest's open files are open files of the host
  const cpu = await pickIdleCpu(clock);
  const pinToCpu = cpu === undefined ? [] : ['taskset', '--cpu-list', String(cpu)];
  const command = ['-c', raiseFileLimit, 'sh', ...pinToCpu, kernel, ...kernelArguments(folder, memoryMiB)];
  const started = spawn('/bin/sh', command, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: kernelEnvironment(folder, memoryMiB),
    detached: true, // Ctrl+C reaches only this process, which ends the job first
  });
  raisePriority(started.pid);
  return started;
}

/** Follows the guest to its end, and ends it at the time limit or when the signal is aborted. */
async function waitForGuest(kernel: ChildProcess, options: LabOptions): Promise<LabOutcome> {
  const { signal, timeLimitMs, clock = systemClock } = options;
  const startedAt = clock.monotonic();
  const elapsedMs = () => clock.monotonic() - startedAt;
  const send = (command: 'stop' | 'off') => kernel.stdin?.write(`${command}\n`);
  const ended = new AbortController();
  let outcome: LabOutcome['outcome'] = 'exited';
  let bootMs: number | undefined;
  let exitCode: number | undefined;

  const killAfter = (ms: number, reason: LabOutcome['outcome']) =>
    clock.sleep(ms, ended.signal).then(
      () => {
        if (exitCode === undefined) outcome = reason;
        endProcessTree(kernel.pid);
      },
      () => undefined, // the guest has ended
    );
  const interrupt = () => {
    outcome = 'interrupted';
    send('stop');
    void killAfter(graceMs.stop, 'interrupted');
  };
  const parser = new GuestOutputParser({
    onLine: (text) => options.onLine?.(text),
    onMessage(message) {
      if (message.type === 'case') return options.onCase?.(message.text);
      if (message.type === 'exit') {
        exitCode = message.code;
        send('off');
        return void killAfter(graceMs.off, 'exited');
      }
      bootMs = elapsedMs();
      if (signal?.aborted) interrupt();
      else signal?.addEventListener('abort', interrupt, { once: true });
    },
  });
  const kernelMessages = collectMessages(kernel);
  (kernel.stdio[3] as Readable).setEncoding('utf8').on('data', (text: string) => parser.push(text));
  kernel.stdin?.on('error', () => undefined); // the kernel may end during a write
  void killAfter(timeLimitMs, 'time-limit');

  await once(kernel, 'close');
  parser.end();
  ended.abort();
  signal?.removeEventListener('abort', interrupt);
  if (outcome === 'exited' && exitCode === undefined) throw createBootError(kernelMessages(), bootMs !== undefined);
  return { outcome, exitCode, bootMs: bootMs ?? elapsedMs(), durationMs: elapsedMs(), console: kernelMessages() };
}

const maxMessageLength = 2 ** 20;

/** Collects what the kernel prints; the returned function returns the last megabyte of it. */
function collectMessages(kernel: ChildProcess): () => string {
  let text = '';
  for (const stream of [kernel.stdout, kernel.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-maxMessageLength);
    });
  return () => text;
}
