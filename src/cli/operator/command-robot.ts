/** A robot or a hub behind a program of this machine: started for each thing that is to be done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { UnavailableError } from '#protocol/errors.ts';
import type { HandlingRequest } from '#scenario/operator.ts';
import type { TellRobot } from './robot.ts';

export interface RobotCommand {
  /** Program and its first arguments; no shell reads them. */
  words: readonly string[];
  /** Where it is started. */
  folder: string;
}

/** What is kept of its output, for the message when it fails. */
const longestOutput = 2000;
const secondsToEnd = 2;

/**
 * Starts `words handling address`; the whole request stands in its environment. What a key says of itself is in the environment
 * only: no serial number becomes an option of the program.
 */
export const commandRobot =
  ({ words, folder }: RobotCommand): TellRobot =>
  (request, signal) =>
    new Promise((resolve, reject) => {
      const [program = '', ...first] = words;
      const fail = (what: string, cause?: Error) =>
        reject(new UnavailableError(`the operator command ${JSON.stringify(words.join(' '))} ${what}`, { cause }));
      if (signal.aborted) return reject(signal.reason);
      const child = spawn(program, [...first, request.handling, printable(request.key.address)], {
        cwd: folder,
        env: environmentFor(request),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32', // a group of its own, to be ended as a whole
        windowsHide: true,
      });
      let output = '';
      const keep = (text: string) => {
        output = (output + text).slice(-longestOutput);
      };
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
      const ended = endingWith(child, signal);
      child.once('error', (error) => {
        ended();
        fail(`cannot be started: ${error.message}`, error);
      });
      child.once('exit', (code, killedBy) => {
        ended();
        if (signal.aborted) return reject(signal.reason);
        if (code === 0) return resolve();
        const how = killedBy ? `was ended by ${killedBy}` : `ended with exit code ${code}`;
        // What it printed may still be on its way; a child of its own may hold the pipe for ever.
        setImmediate(() =>
          fail(`${how} when it was told to ${request.handling}${output.trim() && `: ${output.trim()}`}`),
        );
      });
    });

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
    timer = setTimeout(() => kill('SIGKILL'), secondsToEnd * 1000).unref();
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
