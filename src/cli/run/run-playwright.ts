/** Runs Playwright Test, which runs the cases, in a child process. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UnavailableError } from '#base/errors.ts';
import { userFolderVariable } from '#report/run-facts.ts';

/**
 * Returns the path of the command line of Playwright Test.
 * @throws {UnavailableError} if the package is not installed: it is a peer dependency.
 */
export function resolvePlaywright(resolveModule: (name: string) => string): string {
  try {
    return resolveModule('@playwright/test/cli');
  } catch (cause) {
    const remedy = 'npm install --save-dev @playwright/test';
    throw new UnavailableError(`Cannot run scenarios without the package @playwright/test: ${remedy}`, { cause });
  }
}

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** Playwright then starts no thread to compile ES modules, which takes a sixteenth of a run of one case: the program is compiled already. */
const withoutLoader = { PW_DISABLE_TS_ESM: '1' };

/** `killed`: Playwright ended by a signal that did not come through this process, and wrote no report. */
type Ending = 'ended' | 'interrupted' | 'killed';

/**
 * Waits until Playwright has ended. Its working directory is the project, `projectRoot`; paths in messages are relative to it. SIGINT and
 * SIGTERM are passed on to it as SIGINT; it then still writes its report.
 */
export function runPlaywright(environment: Record<string, string>, projectRoot: string): Promise<Ending> {
  const root = resolve(import.meta.dirname, '../../..');
  const cli = resolvePlaywright(createRequire(import.meta.url).resolve);
  const { TOUCHSTONE_PROGRAM: compiled } = process.env;
  const config = compiled ? join(compiled, 'playwright.config.mjs') : resolve(root, 'playwright.config.ts');
  const endWithParent = pathToFileURL(resolve(root, 'src/cli/run/end-with-parent.mjs')).href;
  const child = spawn(process.execPath, ['--import', endWithParent, cli, 'test', '--config', config], {
    cwd: projectRoot,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // Ctrl+C signals the whole process group. After a second SIGINT, Playwright ends without a report.
    detached: process.platform !== 'win32',
    env: {
      ...process.env,
      ...environment,
      ...(compiled && withoutLoader),
      TOUCHSTONE_END_WITH_PARENT: '1',
      [userFolderVariable]: process.cwd(),
    },
  });
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    child.kill('SIGINT');
  };
  for (const signal of stopSignals) process.on(signal, interrupt);
  return new Promise((resolveRun, rejectRun) => {
    child.once('error', rejectRun);
    child.once('exit', (_code, signal) => {
      for (const signal of stopSignals) process.off(signal, interrupt);
      resolveRun(interrupted ? 'interrupted' : signal === null ? 'ended' : 'killed');
    });
  });
}
