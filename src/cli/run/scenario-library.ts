/** Scenario files as the commands need them: loaded with the emulator's vocabulary, or every mistake on the terminal. */
import { resolve } from 'node:path';
import pc from 'picocolors';
import { renderDiagnostics } from '#scenario/language/diagnostics.ts';
import type { Vocabulary } from '#scenario/language/expand.ts';
import { type LoadedScenarios, loadScenarios } from '#scenario/language/load.ts';
import { vocabulary } from '../compose/catalogue.ts';

const projectRoot = resolve(import.meta.dirname, '../../..');

interface LibraryOptions extends Pick<Vocabulary, 'devices' | 'keys'> {
  /** Where `${secret:NAME}` comes from. Without it secrets are placeholders: nothing is asked for by listing and validating. */
  env?: NodeJS.ProcessEnv;
}

/** Paths count from the working directory; places in messages from the project. */
export function readLibrary(paths: readonly string[], options: LibraryOptions = {}): LoadedScenarios {
  const absolute = paths.map((path) => resolve(path));
  return loadScenarios(absolute, { projectRoot, ...vocabulary, ...options });
}

/** The library, or undefined after all its mistakes were printed. */
export function loadOrExplain(paths: readonly string[], options: LibraryOptions = {}): LoadedScenarios | undefined {
  const library = readLibrary(paths, options);
  if (library.diagnostics.length === 0) return library;
  const paint = { error: pc.red, dim: pc.dim };
  console.error(renderDiagnostics(library.diagnostics, { sources: library.sources, paint }));
  return undefined;
}
