/**
 * Records why a browser process has ended unexpectedly: exit status, last messages, core file, and the state of the machine. Playwright
 * reports none of this, so the browser is started through a script.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Clock, systemClock } from '#base/clock.ts';

const run = promisify(execFile);

/** The end of a browser that was not asked to end. */
export interface BrowserEnd {
  /** For example `exit code 0`, `signal SIGSEGV`. */
  status: string;
  /** Status, messages, backtrace and state of the machine, as text. */
  report: string;
}

const maxLines = 100;
/** Time until the script has written the exit status of a browser whose connection has closed, in steps. */
const statusWait = { stepMs: 100, steps: 300 };
const backtraceTimeoutMs = 120_000;

export class BrowserProcess implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'touchstone-browser-'));
  readonly #executable: string;
  readonly #clock: Clock;

  constructor(executable: string, clock: Clock = systemClock) {
    this.#executable = executable;
    this.#clock = clock;
    writeFileSync(this.launcher, createStartScript(this.#folder), { mode: 0o700 });
    writeFileSync(join(this.#folder, 'record'), createRecordScript(executable, this.#folder));
  }

  /** The script to start instead of the browser. */
  get launcher(): string {
    return join(this.#folder, 'start');
  }

  /** Deletes the record of the last browser, because a new one is started. */
  forgetEnd(): void {
    const scripts = ['start', 'record'];
    for (const name of readdirSync(this.#folder)) if (!scripts.includes(name)) rmSync(join(this.#folder, name));
  }

  /** Returns how the browser has ended. Waits until its exit status is known. */
  async describeEnd(): Promise<BrowserEnd> {
    const status = describeStatus(await this.#waitForStatus());
    const sections: [title: string, lines: string][] = [
      ['Status', status],
      ['Last messages', this.#read('stderr').split('\n').slice(-maxLines).join('\n')],
      ['Backtrace', await this.#readBacktrace()],
      ['Machine', await describeMachine()],
    ];
    return { status, report: sections.map(([title, text]) => `== ${title}\n${text.trim()}\n`).join('\n') };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #waitForStatus(): Promise<string> {
    const isPending = () => existsSync(this.launcher) && !existsSync(join(this.#folder, 'status'));
    for (let step = 0; step < statusWait.steps && isPending(); step++) await this.#clock.sleep(statusWait.stepMs);
    return this.#read('status').trim();
  }

  async #readBacktrace(): Promise<string> {
    const core = existsSync(this.#folder) && readdirSync(this.#folder).find((name) => name.startsWith('core'));
    if (!core) return 'no core was written';
    const commands = ['bt 40', 'info sharedlibrary'].flatMap((command) => ['-ex', command]);
    const args = ['-batch', '-nx', ...commands, `--core=${join(this.#folder, core)}`, this.#executable];
    return await run('gdb', args, { timeout: backtraceTimeoutMs, maxBuffer: 2 ** 24 }).then(
      ({ stdout }) => stdout.replaceAll(/^\[New LWP \d+\]\n/gm, ''),
      (error: Error) => `a core was written, but gdb cannot read it: ${error.message}`,
    );
  }

  #read(name: string): string {
    const path = join(this.#folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }
}

/**
 * The script that Playwright starts. The browser runs in a session of its own: Playwright kills the process group of the script as soon
 * as the connection closes, and the exit status and the core of a crashed browser would be lost.
 */
const createStartScript = (folder: string) => `#!/bin/bash
exec setsid --wait bash ${quote(join(folder, 'record'))} "$@"
`;

/**
 * Runs the browser and writes its exit status. The browser gets all standard streams and further file descriptors, because Playwright reads
 * its messages and may use a pipe. After its end, `tee` has a second to write the last messages; helper processes may still use its pipe.
 * When the start script is killed, the browser is killed, too, after it has written its core file.
 */
const createRecordScript = (executable: string, folder: string) => `cd ${quote(folder)}
ulimit -c unlimited 2>/dev/null
mkfifo messages
tee stderr <messages >&2 &
tee=$!
exec 8<&0
${quote(executable)} "$@" <&8 8<&- 2>messages &
browser=$!
{
  while kill -0 $PPID && kill -0 $browser; do sleep 0.5; done
  sleep 1
  while grep -q "^CoreDumping:.*1" /proc/$browser/status; do sleep 0.5; done
  kill -KILL $browser
} >/dev/null 2>&1 8<&- &
wait $browser
code=$?
for wait in 1 2 3 4 5 6 7 8 9 10; do
  kill -0 $tee 2>/dev/null || break
  sleep 0.1
done
echo "$code" >status.new
mv status.new status
exit "$code"
`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A shell reports a signal as 128 and its number. */
function describeStatus(code: string): string {
  if (code === '') return 'unknown: the script that started it was killed';
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === Number(code) - 128) ?? [];
  return signal ? `signal ${signal}` : `exit code ${code}`;
}

/** Returns free memory, free shared memory, and the last messages of the kernel. */
async function describeMachine(): Promise<string> {
  const memory = readFileSync('/proc/meminfo', 'utf8')
    .split('\n')
    .filter((line) => /^(MemTotal|MemAvailable|Shmem|Committed_AS):/.test(line));
  const kernel = await run('dmesg', []).then(
    ({ stdout }) => stdout.trimEnd().split('\n').slice(-20),
    () => ['the messages of the kernel cannot be read'],
  );
  return [...memory, describeFreeSpace('/dev/shm'), describeFreeSpace(tmpdir()), ...kernel].join('\n');
}

function describeFreeSpace(folder: string): string {
  const { bavail, blocks, bsize } = statfsSync(folder);
  const inMiB = (count: number) => Math.round((count * bsize) / 2 ** 20);
  return `${folder}: ${inMiB(bavail)} of ${inMiB(blocks)} MiB free`;
}
