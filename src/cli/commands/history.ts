/** `touchstone history`: the runs of a project over time, with the trend of their times. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { createColours } from '#report/colour.ts';
import { findRun } from '#report/find-result.ts';
import { appendToHistory, historyFile, readHistory } from '#report/history/history-file.ts';
import { renderHistoryPage } from '#report/history/html.ts';
import { renderHistory } from '#report/history/terminal.ts';
import { writeAtomically } from '#report/write-atomically.ts';
import { collect } from './option-parsers.ts';
import { ensureWritableFolder } from './output-folder.ts';

interface HistoryOptions {
  add: string[];
  file?: string;
  html?: string;
  json: boolean;
  output: string;
}

export const historyCommand = () =>
  new Command('history')
    .option('--add <run>', 'Add a run, e.g. of another machine: its folder, result file or id; repeatable', collect, [])
    .option('--file <file>', 'The file of the history; default: history.ndjson in the folder of all reports')
    .option('--html <file>', 'Write the history as an HTML page, too')
    .option('--json', 'Print the runs as JSON', false)
    .option('-o, --output <folder>', 'Folder of all reports', 'reports')
    .action(showHistory);

async function showHistory({ add, file, html, json, output }: HistoryOptions): Promise<void> {
  const path = file ?? historyFile(output);
  if (add.length > 0) await ensureWritableFolder(dirname(path));
  for (const name of add) await appendToHistory(path, (await findRun(name, output)).result);
  const history = await readHistory(path);
  if (html !== undefined) {
    await mkdir(dirname(resolve(html)), { recursive: true });
    await writeAtomically(html, renderHistoryPage(history));
  }
  if (json) console.log(JSON.stringify(history, null, 2));
  else for (const line of ['', ...renderHistory(history, createColours()), '']) console.log(line);
}
