/**
 * `npm run bench`: compiles the benchmarks with the options of the program and runs them, so that they measure the code that users run. tsx gives
 * every function its name while it runs, which takes a tenth of a registration.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { compileOptions, locationInClone, sourceLocations } from '../src/cli/program/compile-options.mjs';

const root = resolve(import.meta.dirname, '..');
const cache = join(root, 'node_modules/.cache/touchstone'); // inside `node_modules` the packages are found
mkdirSync(cache, { recursive: true });
const outdir = mkdtempSync(join(cache, 'benchmarks-'));
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
const plugins = [sourceLocations({ locate: locationInClone })];
await build(
  compileOptions({ root, outdir, entries: { main: 'bench/main.ts', part: 'bench/part.ts' }, bundled: [], plugins }),
);
process.env.TOUCHSTONE_BENCHMARK_PART = join(outdir, 'part.mjs');
await import(pathToFileURL(join(outdir, 'main.mjs')).href);
