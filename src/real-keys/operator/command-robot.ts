/** A robot or a hub behind a program of this machine: started for each thing that is to be done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import type { HandlingRequest } from '#scenario/parties/operator.ts';
import type { TellRobot } from './robot.ts';

export interface RobotCommand {
  /** Program and its first arguments; no shell reads them. */
  words: readonly string[];
  /** Where it is started. */
  folder: string;
}

/** What is kept of its output, for the message when it fails. */
const longestOutput = 2000;
/** How long its last words may be on their way when it has ended: something that it started may hold the pipe for ever. */
const drainMs = 500;
/** From asking it to end to ending it. */
const graceMs = 2000;

/**
 * Starts `words handling address`; the whole request stands in its environment. What a key says of itself is in the environment
 * only: no serial number becomes an option of the program.
 */
export const commandRobot =
  ({ words, folder }: RobotCommand): TellRobot =>
  async (request, signal) => {
    signal.throwIfAborted();
    const command = `the operator command ${JSON.stringify(words.join(' '))}`;
    const child = start(words, folder, request);
    const output = outputOf(child);
    const release = endingWith(child, signal);
    const [code, killedBy] = await once(child, 'exit')
      .catch((cause: Error) => {
        throw new UnavailableError(`${command} cannot be started: ${cause.message}`, { cause });
      })
      .finally(release);
    signal.throwIfAborted();
    if (code === 0) return;
    const how = killedBy ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
    const said = await output();
    throw new UnavailableError(`${command} ${how} when it was told to ${request.handling}${said && `: ${said}`}`);
  };

function start([program = '', ...first]: readonly string[], folder: string, request: HandlingRequest): ChildProcess {
  return spawn(program, [...first, request.handling, printable(request.key.address)], {
    cwd: folder,
    env: environmentFor(request),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // a group of its own, to be ended as a whole
    windowsHide: true,
  });
}

/** The end of what it prints, to be had when it has ended. */
function outputOf(child: ChildProcess): () => Promise<string> {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(-longestOutput);
    });
  const closed = new Promise((resolve) => child.once('close', resolve));
  return async () => {
    await Promise.race([closed, systemClock.sleep(drainMs)]);
    return text.trim();
  };
}

function environmentFor({ handling, key, patienceMs }: HandlingRequest): NodeJS.ProcessEnv {
  // The plan of the run and what goes with it is not the robot's business.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TOUCHSTONE_'));
  return {
    ...Object.fromEntries(inherited),
    TOUCHSTONE_HANDLING: handling,
    TOUCHSTONE_KEY_LABEL: printable(key.label),
    TOUCHSTONE_KEY_ADDRESS: printable(key.address),
    ...(key.serial !== undefined && { TOUCHSTONE_KEY_SERIAL: printable(key.serial) }),
    TOUCHSTONE_PATIENCE_MS: String(patienceMs),
  };
}

const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?');

/** The program ends with `signal` and with this process. @returns what to call when it has ended by itself. */
function endingWith(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = (how: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      if (process.platform === 'win32') child.kill(how);
      else process.kill(-child.pid, how);
    } catch {
      // it has ended meanwhile
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
    if (timer) kill('SIGKILL'); // what it started and left behind
    clearTimeout(timer);
  };
}
