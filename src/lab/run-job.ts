/** Runs the cases of a job in a new guest and evaluates each case when it has ended. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import type { CaseResult } from '#result/run-result.ts';
import { bootLab, type LabOutcome } from './boot.ts';
import { type CaseOutcome, caseIdentity, type LabCase, type LabJob, toCaseResult } from './case.ts';
import { guestScriptsFolder, shellQuote } from './guest-folder.ts';

/** A text attachment of the report. */
interface CaseFile {
  name: string;
  body: string;
}

export interface JobEvents {
  onStarted(labCase: { id: string; title: string }): void;
  onFinished(result: CaseResult, files: readonly CaseFile[]): void;
  /** Called with each line that the guest prints outside of cases. */
  onLine(line: string): void;
}

export interface JobOptions {
  kernel: string;
  events: JobEvents;
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

const defaultSeconds = 60;
const browserMemoryMiB = 6144;

/**
 * Resolves when the guest has ended and all cases were reported.
 * @throws {UnavailableError} if the guest does not boot, or ends before its job.
 */
export async function runJob(job: LabJob, { events, ...options }: JobOptions): Promise<LabOutcome> {
  let casesFolder = '';
  const unfinished = new Set(job.cases);
  const outcome = await bootLab({
    ...options,
    memoryMiB: job.withBrowser && browserMemoryMiB,
    script: `exec sh ${shellQuote(join(guestScriptsFolder, 'cases.sh'))}`,
    timeLimitMs: job.cases.reduce((sum, { timeLimitSeconds = defaultSeconds }) => sum + timeLimitSeconds, 60) * 1000,
    onFolder(folder) {
      casesFolder = join(folder, 'cases');
      writeCases(casesFolder, job.cases);
    },
    onLine: events.onLine,
    onCase(text) {
      const [event, id, exitCode, durationMs] = text.split(' ');
      const labCase = job.cases.find((each) => each.id === id);
      if (!labCase) return;
      if (event === 'begin') return events.onStarted(caseIdentity(job, labCase));
      unfinished.delete(labCase);
      const output = read(casesFolder, `${id}.out`);
      const ended: CaseOutcome = { exitCode: Number(exitCode), durationMs: Number(durationMs), output };
      const files = [
        { name: 'script', body: labCase.run },
        { name: 'output', body: output },
        { name: 'key', body: read(casesFolder, `${id}.key`) },
      ];
      events.onFinished(
        toCaseResult(job, labCase, ended),
        files.filter(({ body }) => body !== ''),
      );
    },
  });
  for (const labCase of unfinished)
    events.onFinished(toCaseResult(job, labCase, undefined), [{ name: 'console', body: outcome.console }]);
  return outcome;
}

function writeCases(folder: string, cases: readonly LabCase[]): void {
  mkdirSync(folder);
  for (const { id, run, timeLimitSeconds = defaultSeconds } of cases) {
    writeFileSync(join(folder, `${id}.sh`), `${run}\n`);
    appendFileSync(join(folder, 'list'), `${id} ${timeLimitSeconds}\n`);
  }
}

const read = (folder: string, name: string): string => {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return ''; // the guest ended before it wrote the file
  }
};
