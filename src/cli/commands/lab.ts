/** `touchstone lab`: other people's programs and browsers use the emulated key in the kernel lab; one report, one exit code. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { type JobId, labJobs } from '#lab/jobs/jobs.ts';
import { type JobEvents, runJob } from '#lab/run-job.ts';
import { DirectRun } from '#report/direct-run.ts';
import { exitCode, exitCodeOfVerdict } from '../exit-codes.ts';
import { prepareLab } from '../lab/prepare.ts';
import { compileProgram } from '../lab/program.ts';
import { runInLab } from '../lab/run-in-lab.ts';
import { interruptible } from '../run/interruptible.ts';
import { readLibrary } from '../run/scenario-library.ts';

/** The scenarios that only the lab can run, by their tag. */
const scenarios = 'native';
const jobIds = Object.keys(labJobs) as JobId[];
const everything = [...jobIds, scenarios];

export const labCommand = (finish: (code: number) => void) =>
  new Command('lab')
    .description('let unmodified programs and browsers use the emulated key, in a Linux kernel of its own')
    .argument('[jobs...]', `what to run: ${everything.join(', ')}; default: all`)
    .option('-o, --output <folder>', 'folder of all reports', 'reports')
    .action(async (jobs: string[], { output }: { output: string }) => {
      const chosen = jobs.length === 0 ? usual() : jobs;
      const unknown = chosen.find((job) => !everything.includes(job));
      if (unknown) throw new UsageError(`no job of the lab is called ${unknown}; there are: ${everything.join(', ')}`);
      finish(await interruptible((signal) => lab(chosen, output, signal)));
    });

/** All jobs, and the scenarios where the library has any with the tag. */
function usual(): string[] {
  const tagged = readLibrary(['scenarios']).cases.some(({ tags }) => tags.includes(scenarios));
  return tagged ? everything : jobIds;
}

async function lab(chosen: readonly string[], output: string, signal: AbortSignal): Promise<number> {
  const jobs = jobIds.filter((id) => chosen.includes(id)).map((id) => labJobs[id]);
  const withScenarios = chosen.includes(scenarios);
  const needs = [
    ...(jobs.length > 0 ? (['command-line'] as const) : []),
    ...(withScenarios || jobs.some(({ withBrowser }) => withBrowser) ? (['desktop'] as const) : []),
  ];
  const kernel = await prepareLab(needs, signal);
  const run = new DirectRun({
    outputDir: output,
    runId: `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`,
    command: process.argv.slice(2).join(' '),
  });
  await using program = await compileProgram();
  run.begin(jobs.reduce((sum, { cases }) => sum + cases.length, 0));
  for (const job of jobs) {
    if (signal.aborted) break;
    await tellingFailure(run, () => runJob(job, { kernel, signal, env: program.env, events: eventsOf(run) }));
  }
  if (withScenarios && !signal.aborted) await tellingFailure(run, () => includeScenarios(run, output, signal));
  const { verdict } = await run.end({ interrupted: signal.aborted });
  return signal.aborted ? exitCode.interrupted : exitCodeOfVerdict[verdict];
}

/** A guest that dies is an error of the run; what was learned before stays, and the next job gets a guest of its own. */
async function tellingFailure(run: DirectRun, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    run.failed(error.message);
  }
}

const eventsOf = (run: DirectRun): JobEvents => ({
  onStarted: ({ id, title }) => run.started(id, title),
  onFinished: (result, files) =>
    run.finished(
      result,
      files.map(({ name, body }) => ({ name, contentType: 'text/plain', body: Buffer.from(body) })),
    ),
  onLine: (line) => run.note(line),
});

/** The scenarios write a report of their own, in the guest; its cases become cases of this run. */
async function includeScenarios(run: DirectRun, output: string, signal: AbortSignal): Promise<void> {
  mkdirSync(output, { recursive: true });
  const folder = mkdtempSync(join(resolve(output), '.native-'));
  try {
    await runInLab(['run', '--lab', '--tag', scenarios, '--output', folder], folder, signal);
    const master = join(folder, 'latest/result.json');
    if (existsSync(master)) await run.include(master);
    else run.failed(`the scenarios with the tag ${scenarios} wrote no report`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
