/** `touchstone list`: lists the cases of scenario files as text or JSON (one object for each case). */
import { Command } from 'commander';
import pc from 'picocolors';
import { count } from '#report/format.ts';
import { exitCode } from '../exit-codes.ts';
import { type RootOption, withRootOption } from '../run/project-root.ts';
import { loadOrReport } from '../run/scenario-library.ts';

export const listCommand = (finish: (code: number) => void) =>
  withRootOption(new Command('list').argument('[paths...]', 'Scenario files or folders', ['scenarios']))
    .option('--json', 'Print a JSON array of { id, title, file, line, tags }', false)
    .action((paths: string[], { json, ...options }: { json: boolean } & RootOption) => {
      const library = loadOrReport(paths, options);
      if (!library) return finish(exitCode.usage);
      const rows = library.cases.map(({ id, title, location: { file, line }, tags }) => ({
        id,
        title,
        file,
        line,
        tags,
      }));
      if (json) return console.log(JSON.stringify(rows, null, 2));
      for (const { id, title, tags } of rows)
        console.log(`${id}  ${pc.dim(title)}  ${pc.cyan(tags.map((tag) => `#${tag}`).join(' '))}`);
      console.log(pc.dim(count(rows.length, 'case')));
    });
