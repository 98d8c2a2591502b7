/** Runs a job's cases in a guest of its own and judges each as soon as it has ended. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import type { CaseResult } from '#result/run-result.ts';
import { bootLab, type LabOutcome } from './boot.ts';
import { type CaseOutcome, type LabCase, type LabJob, nameOf, resultOf } from './case.ts';
import { guestScripts, quoted } from './guest-folder.ts';

/** A text beside the report. */
interface CaseFile {
  name: string;
  body: string;
}

export interface JobEvents {
  onStarted(named: { id: string; title: string }): void;
  onFinished(result: CaseResult, files: readonly CaseFile[]): void;
  /** What the guest prints outside any case. */
  onLine(line: string): void;
}

export interface JobOptions {
  kernel: string;
  events: JobEvents;
  /** On top of this process's environment. */
  env?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

const defaultSeconds = 60;
const browserMemoryMiB = 6144;

/**
 * Resolves when the guest is gone and every case has been told.
 * @throws {UnavailableError} when the guest does not come up.
 */
export async function runJob(job: LabJob, { events, ...options }: JobOptions): Promise<LabOutcome> {
  let cases = '';
  const left = new Set(job.cases);
  const outcome = await bootLab({
    ...options,
    memoryMiB: job.withBrowser && browserMemoryMiB,
    script: `exec sh ${quoted(join(guestScripts, 'cases.sh'))}`,
    timeLimitMs: job.cases.reduce((sum, { timeLimitSeconds = defaultSeconds }) => sum + timeLimitSeconds, 60) * 1000,
    onFolder(folder) {
      cases = join(folder, 'cases');
      writeCases(cases, job.cases);
    },
    onLine: events.onLine,
    onCase(text) {
      const [word, id, exitCode, durationMs] = text.split(' ');
      const labCase = job.cases.find((each) => each.id === id);
      if (!labCase) return;
      if (word === 'begin') return events.onStarted(nameOf(job, labCase));
      left.delete(labCase);
      const output = read(cases, `${id}.out`);
      const ended: CaseOutcome = { exitCode: Number(exitCode), durationMs: Number(durationMs), output };
      const files = [
        { name: 'script', body: labCase.run },
        { name: 'output', body: output },
        { name: 'key', body: read(cases, `${id}.key`) },
      ];
      events.onFinished(
        resultOf(job, labCase, ended),
        files.filter(({ body }) => body !== ''),
      );
    },
  });
  for (const labCase of left)
    events.onFinished(resultOf(job, labCase, undefined), [{ name: 'console', body: outcome.console }]);
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
    return ''; // the guest died before it wrote it
  }
};
