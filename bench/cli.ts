/** How long commands of the command line take that only print: help, personas, list, validate; compared with `playwright test --list`. */
import { createRequire } from 'node:module';
import { launcher, type ProcessContender, timeProcesses } from './processes.ts';

const rounds = 5;

/** Seconds of each round, by command. */
export const benchCli = (): Promise<Map<string, number[]>> => timeProcesses(contenders(), rounds);

function contenders(): ProcessContender[] {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const command = (...args: string[]): ProcessContender => ({ name: args.join(' '), args: [launcher, ...args] });
  return [
    command('--help'),
    command('personas', '--json'),
    command('list'),
    command('validate'),
    { name: 'playwright test --list', args: [playwright, 'test', '--list', '--config', 'bench/handwritten'] },
    { name: 'node without a program', args: ['-e', '0'] },
  ];
}
