/** `touchstone report`: renders the reports of a finished run again from its master file. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf } from '#base/errors.ts';
import { readResult } from '#report/read-result.ts';
import { renderAll } from '#report/renderers.ts';
import { exitCode } from '../exit-codes.ts';

export const reportCommand = (finish: (code: number) => void) =>
  new Command('report')
    .argument('[result]', 'The result.json of a run', 'reports/latest/result.json')
    .option('-o, --output <folder>', 'Folder of the rendered files; default: the folder of result.json')
    .action(async (file: string, { output }: { output?: string }) => {
      const folder = resolve(output ?? dirname(file));
      const { written, failed } = await renderAll(await readResult(file), folder);
      for (const path of Object.values(written)) console.log(path);
      for (const { format, error } of failed) console.error(`Cannot write the ${format} report: ${messageOf(error)}`);
      if (failed.length > 0) finish(exitCode.infrastructure);
    });
