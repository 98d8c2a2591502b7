/**
 * One registration as a whole process: a scenario (our client, CTAP messages, PIN dialogue, report) compared with the same clicks in a Playwright test
 * written by hand with the virtual authenticator of Chromium.
 */
import { createRequire } from 'node:module';
import { launchOptions } from '#browser/launch.ts';
import { launcher, timeProcesses } from './processes.ts';

const rounds = 5;

export interface CaseBenchmark {
  /** Wall time of each round, in seconds. */
  scenario: number[];
  handwritten: number[];
}

export async function benchCase(): Promise<CaseBenchmark> {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const { executablePath } = launchOptions();
  const output = ['--output', 'node_modules/.cache/touchstone/bench'];
  const seconds = await timeProcesses(
    [
      { name: 'scenario', args: [launcher, 'run', 'scenarios/security-key.new-pin.yaml', ...output] },
      {
        name: 'handwritten',
        args: [playwright, 'test', '--config', 'bench/handwritten'],
        env: executablePath ? { TOUCHSTONE_CHROMIUM: executablePath } : {},
      },
    ],
    rounds,
  );
  return { scenario: seconds.get('scenario') ?? [], handwritten: seconds.get('handwritten') ?? [] };
}
