/** A robot or USB hub behind a program on this machine, which is started for each manual action. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import type { ManualActionRequest } from '#scenario/parties/operator.ts';
import type { SendToRobot } from './robot-operator.ts';

export interface RobotCommand {
  /** Program and its first arguments. They are not interpreted by a shell. */
  words: readonly string[];
  /** Working directory of the program. */
  folder: string;
}

/** Characters of the output that are kept for an error message. */
const maxOutputLength = 2000;
/** How long to wait for the rest of the output after the program has ended; a child of the program may keep the pipe open. */
const drainMs = 500;
/** Time between SIGTERM and SIGKILL. */
const graceMs = 2000;

/**
 * Starts `words... action address`. The whole request is in the environment of the program. Texts that come from the key are in
 * the environment only, so a serial number cannot become an option of the program.
 */
export const commandRobot =
  ({ words, folder }: RobotCommand): SendToRobot =>
  async (request, signal) => {
    signal.throwIfAborted();
    const command = `The operator command ${JSON.stringify(words.join(' '))}`;
    const child = start(words, folder, request);
    const output = collectOutput(child);
    const release = endWithSignal(child, signal);
    const [code, killedBy] = await once(child, 'exit')
      .catch((cause: Error) => {
        throw new UnavailableError(`${command} cannot be started: ${cause.message}`, { cause });
      })
      .finally(release);
    signal.throwIfAborted();
    if (code === 0) return;
    const how = killedBy ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
    const text = await output();
    throw new UnavailableError(`${command} ${how} for the action ${request.action}${text && `: ${text}`}`);
  };

function start(
  [program = '', ...first]: readonly string[],
  folder: string,
  request: ManualActionRequest,
): ChildProcess {
  return spawn(program, [...first, request.action, toPrintable(request.key.address)], {
    cwd: folder,
    env: environmentFor(request),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // a separate process group, so that it can be ended as a whole
    windowsHide: true,
  });
}

/** Collects the end of the output. Returns a function that waits for the rest of it and returns it. */
function collectOutput(child: ChildProcess): () => Promise<string> {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(-maxOutputLength);
    });
  const closed = new Promise((resolve) => child.once('close', resolve));
  return async () => {
    await Promise.race([closed, systemClock.sleep(drainMs)]);
    return text.trim();
  };
}

/** The environment without the plan and the PINs of the run, and with the request. */
function environmentFor({ action, key, timeoutMs }: ManualActionRequest): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TOUCHSTONE_'));
  return {
    ...Object.fromEntries(inherited),
    TOUCHSTONE_HANDLING: action,
    TOUCHSTONE_KEY_LABEL: toPrintable(key.label),
    TOUCHSTONE_KEY_ADDRESS: toPrintable(key.address),
    ...(key.serial !== undefined && { TOUCHSTONE_KEY_SERIAL: toPrintable(key.serial) }),
    TOUCHSTONE_PATIENCE_MS: String(timeoutMs),
  };
}

const toPrintable = (text: string): string => text.replace(/\p{Cc}/gu, '?');

/** Ends the program when `signal` aborts or this process exits. Returns a function to call when the program has ended. */
function endWithSignal(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = (how: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      if (process.platform === 'win32') child.kill(how);
      else process.kill(-child.pid, how);
    } catch {
      // it has ended already
    }
  };
  const abort = () => {
    kill('SIGTERM');
    timer = setTimeout(() => kill('SIGKILL'), graceMs).unref();
  };
  const atExit = () => kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  process.once('exit', atExit);
  return () => {
    signal.removeEventListener('abort', abort);
    process.off('exit', atExit);
    if (timer) kill('SIGKILL'); // child processes that are still running
    clearTimeout(timer);
  };
}
