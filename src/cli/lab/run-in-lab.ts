/** `touchstone run --lab`: the same command once more, inside the guest, with a desktop; its report lands where it would without. */
import { resolve } from 'node:path';
import { bootLab } from '#lab/boot.ts';
import { guestScriptsFolder, shellQuote } from '#lab/guest-folder.ts';
import { exitCode } from '../exit-codes.ts';
import { compileProgram } from './compile-program.ts';
import { prepareLab } from './prepare-lab.ts';

const launcher = resolve(import.meta.dirname, '../touchstone.mjs');

/** Scenarios with browsers take their time in a guest; a run that hangs ends all the same. */
const timeLimitMs = 60 * 60_000;
const memoryMiB = 6144;
/** Chromium gives itself this priority; programs that drive it must not wait until it has nothing to do. */
const besideBrowsers = -8;

/**
 * Boots a guest and runs `touchstone` with `args` in it; `output` is where the report goes. The exit code is the run's own.
 * @throws {UnavailableError} when the lab cannot run on this machine.
 */
export async function runInLab(args: readonly string[], output: string, signal?: AbortSignal): Promise<number> {
  const kernel = await prepareLab(['desktop'], signal);
  await using program = await compileProgram();
  const { outcome, exitCode: code } = await bootLab({
    kernel,
    memoryMiB,
    timeLimitMs,
    signal,
    script: `. ${shellQuote(`${guestScriptsFolder}/desktop.sh`)}
exec nice -n ${besideBrowsers} ${[process.execPath, launcher, ...args].map(shellQuote).join(' ')}`,
    shares: [resolve(output)],
    env: { ...program.env, FORCE_COLOR: process.stdout.isTTY ? '1' : undefined },
    onLine: (line) => console.log(line),
  });
  if (outcome === 'interrupted') return exitCode.interrupted;
  if (outcome === 'time-limit') console.error(`the guest was ended after ${timeLimitMs / 60_000} minutes`);
  return code ?? exitCode.infrastructure;
}
