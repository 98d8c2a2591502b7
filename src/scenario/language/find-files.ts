/** Finds the scenario files at the paths that the user names, and decides which files are in the project root. */
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { isInside, kindOf, problemOf, realPathOf } from './read-file.ts';

export interface FileProblem {
  problem: string;
  hint?: string;
}

export interface FoundFiles {
  /** Absolute paths without symbolic links, sorted, each once. */
  files: string[];
  unreadable: (FileProblem & { path: string })[];
}

/** Finds the files at `paths`, and the YAML files in the folders at `paths`. `root` and the paths are absolute. */
export function findScenarioFiles(paths: readonly string[], root: string): FoundFiles {
  const found = paths.flatMap((path) => findAt(path, root));
  return {
    files: [...new Set(found.flatMap((one) => ('real' in one ? [one.real] : [])))].toSorted(),
    unreadable: found.flatMap((one) => ('real' in one ? [] : [one])),
  };
}

export const isYamlName = (path: string): boolean => ['.yaml', '.yml'].includes(extname(path));

/** Returns why a scenario may not use the file; undefined if it may. Both paths are without symbolic links. */
export const outsideProblem = (path: string, root: string): FileProblem | undefined =>
  isInside(path, root)
    ? undefined
    : { problem: `it is outside of the project root ${root}`, hint: 'Option --root names another project root' };

type Found = { real: string } | (FileProblem & { path: string });

function findAt(path: string, root: string): Found[] {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return findInFolder(path, root);
    if (stats?.isFile()) return [resolveLinks(path)];
    return [
      { path, problem: stats ? `it is ${kindOf(stats)}, expected a file or a folder` : 'no such file or folder' },
    ];
  } catch (error) {
    return [{ path, problem: problemOf(error) }];
  }
}

/** The user has not named the target of a symbolic link in the folder, so it has to be in the project root. */
const findInFolder = (folder: string, root: string): Found[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && isYamlName(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const found = resolveLinks(path);
      const outside = entry.isSymbolicLink() && 'real' in found ? outsideProblem(found.real, root) : undefined;
      return outside ? { path, ...outside } : found;
    });

function resolveLinks(path: string): Found {
  const real = realPathOf(path);
  return 'path' in real ? { real: real.path } : { path, problem: real.problem };
}
