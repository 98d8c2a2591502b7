/** Compiles a program that a test starts several times, so that its processes start without compiling TypeScript. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { compileOptions, locationInClone, sourceLocations } from '../compile-options.mjs';

const root = resolve(import.meta.dirname, '../../../..');

export interface TestProgram extends Disposable {
  /** Path of the compiled program. */
  file: string;
}

/** Returns the compiled form of the TypeScript program `source`. Disposing it deletes the compiled files. */
export async function compileTestProgram(source: string): Promise<TestProgram> {
  const cache = join(root, 'node_modules/.cache/touchstone'); // inside node_modules the program finds its packages
  mkdirSync(cache, { recursive: true });
  const outdir = mkdtempSync(join(cache, 'test-program-'));
  const plugins = [sourceLocations({ locate: locationInClone })];
  await build(compileOptions({ root, outdir, entries: { program: source }, bundled: [], plugins }));
  return {
    file: join(outdir, 'program.mjs'),
    [Symbol.dispose]: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
