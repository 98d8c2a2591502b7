/** The project root: the folder that contains every file that a scenario may include. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';

export interface RootOption {
  root?: string;
}

export const withRootOption = (command: Command): Command =>
  command.option(
    '--root <folder>',
    'Folder that contains every file that scenarios include; default: the one of package.json or .git at or above the working directory',
    parseFolder,
  );

const markers = ['package.json', '.git'];

/** Returns the nearest folder at or above `folder` with a package.json or .git; `folder` itself if there is none. */
export function findProjectRoot(folder: string): string {
  for (let candidate = folder; ; candidate = dirname(candidate)) {
    if (markers.some((name) => existsSync(join(candidate, name)))) return candidate;
    if (dirname(candidate) === candidate) return folder;
  }
}

function parseFolder(text: string): string {
  if (!statSync(text, { throwIfNoEntry: false })?.isDirectory()) throw new InvalidArgumentError('Expected a folder.');
  return resolve(text);
}
