/** Prepares the kernel lab: installs the packages it needs and builds the kernel, with progress on the terminal. */
import pc from 'picocolors';
import { type BuildProgress, ensureKernel } from '#lab/kernel.ts';
import { ensurePrerequisites, type Purpose } from '#lab/prerequisites.ts';

/**
 * Returns the path of the kernel's executable, after installing and building what is missing.
 * @throws {UnavailableError} if something is missing and cannot be installed.
 */
export async function prepareLab(purposes: readonly Purpose[], signal?: AbortSignal): Promise<string> {
  ensurePrerequisites(['boot', ...purposes], say);
  const { path, buildMs } = await ensureKernel({ onMessage: say, onProgress: createProgressPrinter(), signal });
  if (buildMs !== undefined) say(`The kernel was built in ${Math.round(buildMs / 1000)} s and is kept for later runs`);
  return path;
}

const say = (line: string): void => console.log(pc.dim(`lab: ${line}`));

/** Returns a function that prints the progress: on one line of a terminal, otherwise a line for every 10 percent. */
function createProgressPrinter(): (progress: BuildProgress) => void {
  let last = '';
  return ({ step, done, total }) => {
    const percent = Math.min(99, Math.floor((100 * done) / total));
    const shown = process.stdout.isTTY ? percent : percent - (percent % 10);
    const text = step === 'compile' ? `compiling the kernel: about ${shown} %` : `${step} ...`;
    if (text === last) return;
    last = text;
    if (process.stdout.isTTY) process.stdout.write(`\r\u001B[2K${pc.dim(`lab: ${text}`)}`);
    else say(text);
  };
}
