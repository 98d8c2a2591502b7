/** Loads scenario files for the commands, with the names that the emulator defines, and prints their errors and deprecations. */
import { resolve } from 'node:path';
import pc from 'picocolors';
import { renderDiagnostics, renderWarnings } from '#scenario/language/diagnostics.ts';
import type { ExpandOptions } from '#scenario/language/expand.ts';
import { type LoadedScenarios, loadScenarios } from '#scenario/language/load.ts';
import type { RunDimensions } from '#scenario/language/run-dimensions.ts';
import { vocabulary } from '../compose/emulator-catalogue.ts';
import { findProjectRoot } from './project-root.ts';

interface LibraryOptions extends Pick<ExpandOptions, keyof RunDimensions | 'keys' | 'url'> {
  /** Values of `${secret:NAME}`. Absent for listing and validating: secrets are then placeholders. */
  env?: NodeJS.ProcessEnv;
  /** Folder that contains every file that scenarios include; default: the project of the working directory. */
  root?: string;
}

/** Loads `paths`, relative to the working directory. Locations in messages are relative to the project. */
export function readLibrary(paths: readonly string[], options: LibraryOptions = {}): LoadedScenarios {
  const absolute = paths.map((path) => resolve(path));
  const root = options.root ?? findProjectRoot(process.cwd());
  return loadScenarios(absolute, { projectRoot: root, ...vocabulary, ...options, root });
}

/** Loads `paths`. Returns undefined if there are errors, after printing all of them to standard error. */
export function loadOrReport(paths: readonly string[], options: LibraryOptions = {}): LoadedScenarios | undefined {
  const library = readLibrary(paths, options);
  printWarnings(library);
  if (library.diagnostics.length === 0) return library;
  const paint = { error: pc.red, dim: pc.dim };
  console.error(renderDiagnostics(library.diagnostics, { sources: library.sources, paint }));
  return undefined;
}

const printedWarnings = new Set<string>();

/** Prints each warning once, although a run loads its scenarios twice. */
function printWarnings({ warnings }: LoadedScenarios): void {
  for (const warning of renderWarnings(warnings)) {
    if (!printedWarnings.has(warning)) console.error(pc.yellow(warning));
    printedWarnings.add(warning);
  }
}
