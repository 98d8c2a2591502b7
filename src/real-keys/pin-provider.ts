/** Where the PIN of a real key comes from: the environment, a file, or whoever sits at the terminal. Never the command line, which everybody on the machine can read. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '#base/errors.ts';

export interface PinSource {
  /** The key it is the PIN of, by its id; absent: every key. */
  key?: string;
  from: 'ask' | { env: string } | { file: string };
}

/** `ask`, `env:NAME`, `file:PATH`, or one of these for one key: `5234567=env:PIN_OF_IT`. */
export function parsePinSource(text: string): PinSource {
  const [, key, kind, name = ''] = /^(?:(.+?)=)?(ask|env|file)(?::(.+))?$/.exec(text) ?? [];
  const isWhole = kind === 'ask' ? name === '' : kind !== undefined && name !== '';
  if (!isWhole)
    throw new InvalidArgumentError('ask, env:NAME or file:PATH is wanted, with KEY= before it for one key.');
  const from = kind === 'ask' ? 'ask' : kind === 'env' ? { env: name } : { file: name };
  return { ...(key && { key }), from };
}

/** Asks at the terminal without showing what is typed; undefined where nobody sits there. */
export type AskHidden = (question: string) => Promise<string> | undefined;

/** @throws {UsageError} when it does not give one. */
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
        `cannot ask for the PIN of ${label}: nobody sits at the terminal; --pin-from env:NAME or file:PATH`,
      );
    return present(await answer, label, 'nothing was typed');
  }
  if ('env' in from) return present(env[from.env] ?? '', label, `the environment does not set ${from.env}`);
  return present(firstLine(from.file, label), label, `${from.file} begins with an empty line`);
}

function present(pin: string, label: string, otherwise: string): string {
  if (pin === '') throw new UsageError(`cannot have the PIN of ${label}: ${otherwise}`);
  return pin;
}

function firstLine(file: string, label: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]!;
  } catch (cause) {
    throw new UsageError(`cannot have the PIN of ${label}: ${(cause as Error).message}`, { cause });
  }
}

export const askAtTerminal: AskHidden = (question) => {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return undefined;
  stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  return new Promise((answer, cancelled) => {
    lines.once('SIGINT', () => {
      lines.close();
      cancelled(new UsageError('the question for the PIN was cancelled'));
    });
    lines.question('', (typed) => {
      lines.close();
      stderr.write('\n');
      answer(typed);
    });
  });
};
