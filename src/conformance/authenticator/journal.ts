/**
 * The journal of a run: its first line describes what is tested, every other one is the result of a finished case. After an interruption, at
 * whatever moment, the run continues with the cases that the journal does not have.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { UsageError } from '#base/errors.ts';
import type { CaseResult } from '../case-result.ts';
import { verdicts } from '../verdict.ts';

const headSchema = z.strictObject({
  format: z.literal('touchstone-conformance-journal'),
  /** What is tested, e.g. `persona yubikey-5-nfc`. */
  target: z.string(),
  /** The requirements, in the order of the catalogue. */
  requirements: z.array(z.string()),
  /** The answer to getInfo, hex: it decides which cases apply. */
  info: z.string(),
});

const resultSchema = z.object({
  id: z.string(),
  variant: z.string().optional(),
  verdict: z.enum(Object.keys(verdicts) as [CaseResult['verdict'], ...CaseResult['verdict'][]]),
  message: z.string(),
  evidence: z.array(z.object({ name: z.string(), text: z.string() })),
  exchanges: z
    .array(z.object({ request: z.string(), answer: z.string(), waitedForUser: z.boolean(), durationMs: z.number() }))
    .optional(),
  durationMs: z.number().optional(),
});

/** What a run tests. */
export type JournalHead = Omit<z.infer<typeof headSchema>, 'format'>;

/** A run that was interrupted. */
export interface InterruptedRun {
  head: JournalHead;
  finished: CaseResult[];
}

export class Journal {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Begins the journal of a new run, or continues one. */
  static begin(file: string, head: JournalHead, finished: readonly CaseResult[] = []): Journal {
    mkdirSync(dirname(file), { recursive: true });
    const lines = [{ format: 'touchstone-conformance-journal', ...head }, ...finished];
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return new Journal(file);
  }

  /** Writes the result before the next case begins. */
  add(result: CaseResult): void {
    appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
  }

  /** The run has ended: there is nothing to continue. */
  delete(): void {
    rmSync(this.#file, { force: true });
  }
}

/**
 * Returns the interrupted run of a journal. A last line that was not written completely does not count.
 * @throws {UsageError} if there is no journal, or if the run tested another target or other requirements.
 */
export function readJournal(file: string, expected: Pick<JournalHead, 'target' | 'requirements'>): InterruptedRun {
  if (!existsSync(file)) throw new UsageError(`Cannot resume: there is no interrupted run (${file} does not exist)`);
  const [first = '', ...lines] = readFileSync(file, 'utf8').split('\n');
  const head = headSchema.safeParse(parseLine(first));
  if (!head.success) throw new UsageError(`Cannot resume: ${file} is not the journal of a run`);
  const { target, requirements, info } = head.data;
  if (target !== expected.target)
    throw new UsageError(`Cannot resume: the interrupted run tested ${target}, not ${expected.target}`);
  if (requirements.join() !== expected.requirements.join())
    throw new UsageError('Cannot resume: the interrupted run tested other requirements');
  const finished = lines.flatMap((line) => resultSchema.safeParse(parseLine(line)).data ?? []);
  return { head: { target, requirements, info }, finished };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
