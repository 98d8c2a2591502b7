/** `touchstone lab`: unmodified programs and browsers use an emulated key in the kernel lab; one report, one exit code. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { type JobId, labJobs } from '#lab/jobs/jobs.ts';
import { type JobEvents, runJob } from '#lab/run-job.ts';
import { RunRecorder } from '#report/run-recorder.ts';
import { exitCode, exitCodeOfVerdict } from '../exit-codes.ts';
import { prepareLab } from '../lab/prepare-lab.ts';
import { runInLab } from '../lab/run-in-lab.ts';
import { compiledProgram } from '../program/compiled-program.mjs';
import { readLibrary } from '../run/scenario-library.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { ensureWritableFolder } from './output-folder.ts';

/** Tag of the scenarios that only run in the lab. */
const scenarioTag = 'native';
const jobIds = Object.keys(labJobs) as JobId[];
const allJobs = [...jobIds, scenarioTag];

export const labCommand = (finish: (code: number) => void) =>
  new Command('lab')
    .argument('[jobs...]', `Jobs to run: ${allJobs.join(', ')}; default: all`)
    .option('-o, --output <folder>', 'Folder of all reports', 'reports')
    .action(async (jobs: string[], { output }: { output: string }) => {
      const chosen = jobs.length === 0 ? defaultJobs() : jobs;
      const unknown = chosen.find((job) => !allJobs.includes(job));
      if (unknown) throw new UsageError(`Unknown job "${unknown}"; expected one of ${allJobs.join(', ')}`);
      finish(await withInterruptSignal((signal) => lab(chosen, output, signal)));
    });

/** Returns all jobs, and the scenarios if any has the tag. */
function defaultJobs(): string[] {
  const tagged = readLibrary(['scenarios']).cases.some(({ tags }) => tags.includes(scenarioTag));
  return tagged ? allJobs : jobIds;
}

async function lab(chosen: readonly string[], output: string, signal: AbortSignal): Promise<number> {
  await ensureWritableFolder(output);
  const jobs = jobIds.filter((id) => chosen.includes(id)).map((id) => labJobs[id]);
  const withScenarios = chosen.includes(scenarioTag);
  const purposes = [
    ...(jobs.length > 0 ? (['command-line'] as const) : []),
    ...(withScenarios || jobs.some(({ withBrowser }) => withBrowser) ? (['desktop'] as const) : []),
  ];
  const env = { TOUCHSTONE_PROGRAM: await compiledProgram() };
  const kernel = await prepareLab(purposes, signal);
  const run = new RunRecorder({
    outputDir: output,
    runId: `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`,
    command: process.argv.slice(2).join(' '),
  });
  run.begin(jobs.flatMap(({ cases }) => cases.map(({ id }) => id)));
  for (const job of jobs) {
    if (signal.aborted) break;
    await recordUnavailability(run, () => runJob(job, { kernel, signal, env, events: eventsOf(run) }));
  }
  if (withScenarios && !signal.aborted) await recordUnavailability(run, () => includeScenarios(run, signal));
  const { verdict } = await run.end({ interrupted: signal.aborted });
  return signal.aborted ? exitCode.interrupted : exitCodeOfVerdict[verdict];
}

/** Records a guest that died as an error of the run. Earlier results stay, and the next job gets a new guest. */
async function recordUnavailability(run: RunRecorder, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    run.addError(error.message);
  }
}

const eventsOf = (run: RunRecorder): JobEvents => ({
  onStarted: ({ id, title }) => run.startCase(id, title),
  onFinished: (result, files) =>
    run.finishCase(
      result,
      files.map(({ name, body }) => ({ name, contentType: 'text/plain', body: Buffer.from(body) })),
    ),
  onLine: (line) => run.printOutput(line),
});

/**
 * Runs the scenarios in a guest, where they write their own report, and adds its cases to this run. The report of the guest is in the
 * folder of this run: if this process is killed, the cases that have ended are found there.
 */
async function includeScenarios(run: RunRecorder, signal: AbortSignal): Promise<void> {
  const folder = join(run.folder, scenarioTag);
  mkdirSync(folder, { recursive: true });
  try {
    await runInLab(['run', '--lab', '--tag', scenarioTag, '--output', folder], folder, signal);
    const master = join(folder, 'latest/result.json');
    if (existsSync(master)) await run.includeRun(master);
    else run.addError(`The scenarios with the tag ${scenarioTag} wrote no report`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
