/** `touchstone report`: renders the reports of a finished run again from its master file. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { readResult } from '#report/read-result.ts';
import { renderAll } from '#report/renderers.ts';
import { exitCode } from '../exit-codes.ts';

export const reportCommand = (finish: (code: number) => void) =>
  new Command('report')
    .description('render HTML, JUnit and Markdown again from a result.json')
    .argument('[result]', 'master file of a run', 'reports/latest/result.json')
    .option('-o, --output <folder>', 'where to write; default: beside the master file')
    .action(async (file: string, { output }: { output?: string }) => {
      const folder = resolve(output ?? dirname(file));
      const { written, failed } = await renderAll(await readResult(file), folder);
      for (const path of Object.values(written)) console.log(path);
      for (const { format, error } of failed)
        console.error(`cannot render ${format}: ${error instanceof Error ? error.message : error}`);
      if (failed.length > 0) finish(exitCode.infrastructure);
    });
