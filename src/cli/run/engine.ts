/** Playwright Test, which runs the cases, as a process of its own. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** Runs the engine in a process of its own; an interrupt goes to it, and it still writes its report. */
export function runEngine(environment: Record<string, string>): Promise<'ended' | 'interrupted'> {
  const root = resolve(import.meta.dirname, '../../..');
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const { TOUCHSTONE_PROGRAM: compiled } = process.env;
  const config = compiled ? join(compiled, 'playwright.config.mjs') : resolve(root, 'playwright.config.ts');
  const child = spawn(process.execPath, [cli, 'test', '--config', config], {
    cwd: root,
    stdio: 'inherit',
    // Ctrl+C reaches a whole process group; twice, the engine would not stop to write its report.
    detached: process.platform !== 'win32',
    env: { ...process.env, ...environment },
  });
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    child.kill('SIGINT');
  };
  for (const signal of stopSignals) process.on(signal, interrupt);
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', () => {
      for (const signal of stopSignals) process.off(signal, interrupt);
      done(interrupted ? 'interrupted' : 'ended');
    });
  });
}
