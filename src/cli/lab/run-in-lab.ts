/** `touchstone run --lab`: runs the same command in a guest of the kernel lab with a desktop; the report is written to the same folder. */
import { resolve } from 'node:path';
import { bootLab } from '#lab/boot.ts';
import { guestScriptsFolder, shellQuote } from '#lab/guest-folder.ts';
import { exitCode } from '../exit-codes.ts';
import { compiledProgram } from '../program/compiled-program.mjs';
import { prepareLab } from './prepare-lab.ts';

const launcher = resolve(import.meta.dirname, '../touchstone.mjs');

/** A run that hangs ends after this time. Scenarios with browsers are slow in a guest. */
const timeLimitMs = 60 * 60_000;
const memoryMiB = 6144;
/** Chromium runs with this priority. The test program needs the same, or it waits until the browser is idle. */
const browserNiceness = -8;

/**
 * Boots a guest, runs `touchstone` with `args` in it and returns its exit code. The report is written to `output`.
 * @throws {UnavailableError} if the lab cannot run on this machine.
 */
export async function runInLab(args: readonly string[], output: string, signal?: AbortSignal): Promise<number> {
  const program = await compiledProgram();
  const kernel = await prepareLab(['desktop'], signal);
  const { outcome, exitCode: code } = await bootLab({
    kernel,
    memoryMiB,
    timeLimitMs,
    signal,
    script: `. ${shellQuote(`${guestScriptsFolder}/desktop.sh`)}
exec nice -n ${browserNiceness} ${[process.execPath, launcher, ...args].map(shellQuote).join(' ')}`,
    shares: [resolve(output)],
    env: { TOUCHSTONE_PROGRAM: program, FORCE_COLOR: process.stdout.isTTY ? '1' : undefined },
    onLine: (line) => console.log(line),
  });
  if (outcome === 'interrupted') return exitCode.interrupted;
  if (outcome === 'time-limit') console.error(`The guest was stopped after ${timeLimitMs / 60_000} minutes`);
  return code ?? exitCode.infrastructure;
}
