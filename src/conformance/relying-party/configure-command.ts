/**
 * Configures a server with a command of its owner: it gets the settings as JSON on standard input, and ends when they are in force.
 * `docs/conformance-relying-party.md` describes what it prints.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { z } from 'zod';
import { settlesWithin, withTimeout } from '#base/async.ts';
import type { Clock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import {
  type ConfigureServer,
  type ServerDescription,
  SettingsRefused,
  SettingsUnsupported,
} from './server-configuration.ts';

export interface ConfigureCommandOptions {
  /** Command line of the shell. */
  command: string;
  clock: Clock;
  /** How long it may take, in milliseconds; default: 60 s. */
  timeoutMs?: number;
}

const defaultTimeoutMs = 60_000;
/** Characters of output that are read, and of those in a message. */
const maxOutput = 10_000;
const maxQuoted = 200;
/** How long to wait for the rest of the output after the command has ended. */
const drainMs = 500;

const answer = z.union([
  z.strictObject({ formats: z.array(z.string()) }),
  z.strictObject({ refused: z.string() }),
  z.strictObject({ unsupported: z.string() }),
]);

export const configureWithCommand =
  (options: ConfigureCommandOptions): ConfigureServer =>
  async (settings) => {
    const { command, clock, timeoutMs = defaultTimeoutMs } = options;
    // A separate process group, so that the shell and its child processes end together.
    const child = spawn(command, { shell: true, detached: process.platform !== 'win32', windowsHide: true });
    const texts = collectOutput(child);
    const closed = new Promise((resolve) => child.once('close', resolve));
    const tooLong = () => new UnavailableError(`The command did not end within ${timeoutMs} ms`);
    try {
      const how = await withTimeout(exchange(child, JSON.stringify(settings)), timeoutMs, clock, tooLong);
      await settlesWithin(closed, drainMs, clock);
      if (how !== 'exit code 0')
        throw new UnavailableError(`The command ended with ${how}: ${texts.errors.trim() || 'no message'}`);
      return readAnswer(texts.output.trim());
    } catch (error) {
      if (child.exitCode === null) end(child);
      throw error;
    } finally {
      child.stdout.destroy();
      child.stderr.destroy();
    }
  };

function collectOutput({ stdout, stderr }: ChildProcessWithoutNullStreams) {
  const texts = { output: '', errors: '' };
  stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.output = `${texts.output}${text}`.slice(0, maxOutput);
  });
  stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.errors = `${texts.errors}${text}`.slice(-maxQuoted);
  });
  return texts;
}

/** Sends the input, and returns how the command ends. A server that it leaves running may keep its output open. */
function exchange(child: ChildProcessWithoutNullStreams, input: string): Promise<string> {
  child.stdin.on('error', () => undefined); // the command does not read everything
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit code ${code}`));
  });
}

function end(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // it has just ended
  }
}

/** @throws {SettingsRefused | SettingsUnsupported} if the command prints that, {UnavailableError} if it prints something else. */
function readAnswer(output: string): ServerDescription | undefined {
  if (output === '') return undefined;
  const parsed = answer.safeParse(parseJson(output));
  if (!parsed.success)
    throw new UnavailableError(
      `Expected the command to print nothing, formats, refused or unsupported, got ${JSON.stringify(output.slice(0, maxQuoted))}`,
    );
  if ('formats' in parsed.data) return parsed.data;
  if ('refused' in parsed.data) throw new SettingsRefused(parsed.data.refused);
  throw new SettingsUnsupported(parsed.data.unsupported);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
