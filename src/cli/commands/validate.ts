/** `touchstone validate`: reads scenarios and tells every error at once. */
import { Command } from 'commander';
import pc from 'picocolors';
import { exitCode } from '../exit-codes.ts';
import { loadOrExplain } from '../run/scenario-library.ts';

export const validateCommand = (finish: (code: number) => void) =>
  new Command('validate')
    .description('check scenario files and tell every error at once')
    .argument('[paths...]', 'scenario files or folders', ['scenarios'])
    .action((paths: string[]) => {
      const library = loadOrExplain(paths);
      if (!library) return finish(exitCode.usage);
      const files = new Set(library.cases.map(({ location }) => location.file));
      console.log(`${pc.green('✓')} ${library.cases.length} cases in ${files.size} files are valid`);
    });
