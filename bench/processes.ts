/** Times whole processes in interleaved rounds, so that a busy machine affects all equally. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const projectRoot = resolve(import.meta.dirname, '..');
export const launcher = resolve(projectRoot, 'src/cli/touchstone.mjs');

export interface ProcessContender {
  name: string;
  /** Arguments of Node.js. */
  args: readonly string[];
  env?: Record<string, string>;
}

/**
 * Runs every contender once per round, in reverse order in every second round, and returns the wall times in seconds by name. The first
 * round is a warm-up and is not measured.
 * @throws {Error} when a process fails; the message contains the end of its output.
 */
export async function timeProcesses(
  contenders: readonly ProcessContender[],
  rounds: number,
): Promise<Map<string, number[]>> {
  const seconds = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const elapsed = await timeProcess(contender);
      if (round > 0) seconds.get(contender.name)?.push(elapsed);
    }
  }
  return seconds;
}

function timeProcess({ name, args, env }: ProcessContender): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: projectRoot, env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-2000);
    });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      if (code === 0) done((performance.now() - start) / 1000);
      else failed(new Error(`Cannot time ${name}: it ended with exit code ${code}\n${output}`));
    });
  });
}
