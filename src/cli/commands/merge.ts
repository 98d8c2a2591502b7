/** `touchstone merge`: joins the shards of a run into one report. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Command } from 'commander';
import { messageOf } from '#base/errors.ts';
import { createColours } from '#report/colour.ts';
import { type FoundRun, findResult } from '#report/find-result.ts';
import { appendToHistory, historyFile } from '#report/history/history-file.ts';
import { journalFile } from '#report/journal.ts';
import { updateLatestLink } from '#report/latest-link.ts';
import { mergeRuns } from '#report/merge/merge-runs.ts';
import { type FormatId, formats } from '#report/renderer.ts';
import { renderAll } from '#report/renderers.ts';
import { renderSummary } from '#report/terminal/summary.ts';
import { withoutLogCommands } from '#report/terminal/terminal.ts';
import { brokenGates, exitCode, exitCodeOfRun } from '../exit-codes.ts';
import { expectedFailuresOption, readExpectedFailures } from '../run/expected-failures.ts';
import { formatOption } from '../run/format-option.ts';
import { type GateOptions, withGateOptions } from '../run/gate-options.ts';
import { showOnGithub } from '../run/github-actions.ts';
import { ensureWritableFolder } from './output-folder.ts';

interface MergeOptions extends GateOptions {
  expectedFailures?: string;
  output: string;
  format: FormatId[];
}

export const mergeCommand = (finish: (code: number) => void) =>
  withGateOptions(
    new Command('merge')
      .argument('<shards...>', 'Folders or result files of all shards, or folders that contain them')
      .addOption(expectedFailuresOption())
      .addOption(formatOption())
      .option('-o, --output <folder>', 'Folder of all reports', 'reports'),
  ).action(async (paths: string[], options: MergeOptions) => finish(await merge(paths, options)));

async function merge(paths: readonly string[], options: MergeOptions): Promise<number> {
  await ensureWritableFolder(options.output);
  const found = await findShards(paths);
  const id = `merged-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  const folder = resolve(options.output, id);
  const place = { id, folder: relative(process.cwd(), folder).replaceAll(sep, '/') };
  const results = found.map((run) => run.result);
  const selection = results.flatMap(({ run }) => (run.shard?.selection ?? []).map((caseId) => ({ id: caseId })));
  const result = mergeRuns(results, place, readExpectedFailures(options.expectedFailures, selection));
  const { written, failed } = await renderAll(result, folder, options.format);
  for (const run of found) {
    const attachments = join(run.folder, 'attachments');
    if (existsSync(attachments)) await cp(attachments, join(folder, 'attachments'), { recursive: true });
  }
  for (const { format, error } of failed) console.error(`Cannot write the ${format} report: ${messageOf(error)}`);
  await updateLatestLink(folder);
  await appendToHistory(historyFile(options.output), result);
  for (const line of renderSummary(result, written.html, createColours())) console.log(withoutLogCommands(line));
  for (const { reason } of brokenGates(result, options)) console.log(`✗ ${reason}`);
  await showOnGithub(result);
  return failed.length > 0 ? exitCode.infrastructure : exitCodeOfRun(result, options);
}

/** Returns the runs, each once: the artifact of a CI job has a copy of the run in place of the link `latest`. */
async function findShards(paths: readonly string[]): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  for (const path of paths.flatMap(findRuns)) {
    const run = await findResult(path);
    if (!found.some(({ result }) => isDeepStrictEqual(result, run.result))) found.push(run);
  }
  return found;
}

/** Returns the runs below a folder that is none itself, e.g. that of the artifacts of a CI job. */
function findRuns(path: string): string[] {
  const isRun = [formats.json, journalFile].some((name) => existsSync(join(path, name)));
  if (isRun || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => findRuns(join(path, name)));
}
