/** `touchstone report`: renders the reports of a run again from its `result.json`, or from the master file of a run that did not end. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf } from '#base/errors.ts';
import { findResult } from '#report/find-result.ts';
import type { FormatId } from '#report/renderer.ts';
import { renderAll } from '#report/renderers.ts';
import { exitCode } from '../exit-codes.ts';
import { formatOption } from '../run/format-option.ts';
import { ensureWritableFolder } from './output-folder.ts';

export const reportCommand = (finish: (code: number) => void) =>
  new Command('report')
    .argument('[result]', 'The folder of a run, or its result.json or result.ndjson', 'reports/latest')
    .addOption(formatOption())
    .option('-o, --output <folder>', 'Folder of the rendered files; default: the folder of the run')
    .action(async (file: string, { output, format }: { output?: string; format: FormatId[] }) => {
      if (output !== undefined) await ensureWritableFolder(output);
      const { folder, result } = await findResult(file);
      const { written, failed } = await renderAll(result, resolve(output ?? folder), format);
      for (const path of Object.values(written)) console.log(path);
      for (const { format, error } of failed) console.error(`Cannot write the ${format} report: ${messageOf(error)}`);
      if (failed.length > 0) finish(exitCode.infrastructure);
    });
