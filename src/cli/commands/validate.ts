/** `touchstone validate`: reads scenario files and site files, and prints every error. */
import { Command } from 'commander';
import pc from 'picocolors';
import { count } from '#report/format.ts';
import { exitCode } from '../exit-codes.ts';
import { type RootOption, withRootOption } from '../run/project-root.ts';
import { loadOrReport } from '../run/scenario-library.ts';

export const validateCommand = (finish: (code: number) => void) =>
  withRootOption(
    new Command('validate').argument('[paths...]', 'Scenario files, site files or folders', ['scenarios']),
  ).action((paths: string[], options: RootOption) => {
    const library = loadOrReport(paths, options);
    if (!library) return finish(exitCode.usage);
    const files = new Set(library.cases.map(({ location }) => location.file));
    const sites = library.siteFiles.length;
    const counts = [
      ...(files.size > 0 || sites === 0
        ? [`${count(library.cases.length, 'valid case')} in ${count(files.size, 'file')}`]
        : []),
      ...(sites > 0 ? [count(sites, 'valid site file')] : []),
    ];
    console.log(`${pc.green('✓')} ${counts.join(', ')}`);
  });
