/** What every use of the kernel lab begins with: the machine's packages, the kernel; all of it told while it happens. */
import pc from 'picocolors';
import { type BuildProgress, ensureKernel } from '#lab/kernel.ts';
import { ensurePrerequisites, type Purpose } from '#lab/prerequisites.ts';

/**
 * The kernel's executable. Packages and kernel are made ready first, where that is possible.
 * @throws {UnavailableError} when something is missing.
 */
export async function prepareLab(purposes: readonly Purpose[], signal?: AbortSignal): Promise<string> {
  ensurePrerequisites(['boot', ...purposes], say);
  const { path, buildMs } = await ensureKernel({ onMessage: say, onProgress: progressLine(), signal });
  if (buildMs !== undefined) say(`the kernel is built: ${Math.round(buildMs / 1000)} s, once`);
  return path;
}

const say = (line: string): void => console.log(pc.dim(`lab: ${line}`));

/** A moving line where that can be seen, else a line for each tenth. */
function progressLine(): (progress: BuildProgress) => void {
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
