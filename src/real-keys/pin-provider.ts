/**
 * Reads the PIN of a real key from the environment, a file or the terminal. Never from the command line, which every user of the
 * machine can read.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { messageOf, UsageError } from '#base/errors.ts';

export interface PinSource {
  /** Id of the key with this PIN; absent: every key. */
  key?: string;
  from: 'ask' | { env: string } | { file: string };
}

/**
 * Parses `ask`, `env:NAME` or `file:PATH`, with an optional key id in front: `5234567=env:PIN_OF_IT`.
 * @throws {UsageError} if the text is none of these.
 */
export function parsePinSource(text: string): PinSource {
  const [, key, kind, name = ''] = /^(?:(.+?)=)?(ask|env|file)(?::(.+))?$/.exec(text) ?? [];
  const isComplete = kind === 'ask' ? name === '' : kind !== undefined && name !== '';
  if (!isComplete)
    throw new UsageError(
      `Expected ask, env:NAME or file:PATH, optionally with KEY= before it, got ${JSON.stringify(text)}`,
    );
  const from = kind === 'ask' ? 'ask' : kind === 'env' ? { env: name } : { file: name };
  return { ...(key && { key }), from };
}

/** Asks at the terminal without showing what is typed; returns undefined if standard input is not a terminal. */
export type AskHidden = (question: string) => Promise<string> | undefined;

/** @throws {UsageError} if the source has no PIN. */
export async function readPin(
  { from }: PinSource,
  label: string,
  env: Readonly<Record<string, string | undefined>>,
  ask: AskHidden,
): Promise<string> {
  if (from === 'ask') {
    const answer = ask(`PIN of ${label}: `);
    if (answer === undefined)
      throw new UsageError(
        `Cannot ask for the PIN of ${label}: standard input is not a terminal. Use --pin-from env:NAME or file:PATH`,
      );
    return requireText(await answer, label, 'nothing was typed');
  }
  if ('env' in from) return requireText(env[from.env] ?? '', label, `the environment does not set ${from.env}`);
  return requireText(readFirstLine(from.file, label), label, `the first line of ${from.file} is empty`);
}

function requireText(pin: string, label: string, reason: string): string {
  if (pin === '') throw new UsageError(`Cannot read the PIN of ${label}: ${reason}`);
  return pin;
}

function readFirstLine(file: string, label: string): string {
  try {
    const [line = ''] = readFileSync(file, 'utf8').split(/\r?\n/, 1);
    return line;
  } catch (cause) {
    throw new UsageError(`Cannot read the PIN of ${label}: ${messageOf(cause)}`, { cause });
  }
}

export const askAtTerminal: AskHidden = (question) => {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return undefined;
  stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => {
      lines.close();
      reject(new UsageError('The PIN prompt was cancelled'));
    });
    lines.question('', (typed) => {
      lines.close();
      stderr.write('\n');
      resolve(typed);
    });
  });
};
