/**
 * The program compiled into a few files, so that command line, engine and workers start without compiling TypeScript.
 *
 * The compiled files lie in a cache inside `node_modules`. A manifest names every source they were made from, with its hash. They are used only
 * if every one of these sources is unchanged; otherwise the program is compiled again, which takes about a second. Hashes of
 * contents, not times of files, decide: no stale code can run.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import {
  bundledPackages,
  commandLineEntries,
  compileOptions,
  locationInClone,
  sourceLocations,
} from './compile-options.mjs';

/** @typedef {{ folder: string, sources: Record<string, string> }} Manifest */

const projectRoot = resolve(import.meta.dirname, '../../..');
/** Inside `node_modules` the compiled files find their packages, and Playwright does not compile them again. */
const cacheFolder = 'node_modules/.cache/touchstone/program';
/** They decide how sources are resolved and compiled. */
const alwaysSources = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'src/cli/program/compiled-program.mjs',
  'src/cli/program/compile-options.mjs',
];
/** Folders of earlier programs are kept this long: a run that still uses one may load more of it. */
const keepMs = 24 * 60 * 60_000;

/**
 * Returns the folder of the compiled program, compiled from the current sources.
 * @param {string} [root] folder of the project
 * @returns {Promise<string>}
 */
export async function compiledProgram(root = projectRoot) {
  const manifest = readManifest(root);
  if (manifest && isCurrent(root, manifest)) return join(root, cacheFolder, manifest.folder);
  return compile(root);
}

/** @param {string} root @returns {Manifest | undefined} */
function readManifest(root) {
  try {
    return JSON.parse(readFileSync(join(root, cacheFolder, 'manifest.json'), 'utf8'));
  } catch {
    return undefined; // none yet, or not readable: compile again
  }
}

/** @param {string} root @param {Manifest} manifest */
function isCurrent(root, { folder, sources }) {
  try {
    const unchanged = Object.entries(sources).every(([file, hash]) => hashOf(readFileSync(join(root, file))) === hash);
    return unchanged && existsSync(join(root, cacheFolder, folder, 'main.mjs'));
  } catch {
    return false; // a source is gone
  }
}

/** @param {Buffer} bytes */
const hashOf = (bytes) => createHash('sha1').update(bytes).digest('base64url');

/** @param {string} root */
async function compile(root) {
  const { build } = await import('esbuild');
  const cache = join(root, cacheFolder);
  await mkdir(cache, { recursive: true });
  const outdir = await mkdtemp(join(cache, 'compiling-'));
  try {
    /** @type {Record<string, string>} */
    const sources = {};
    const remember = (/** @type {string} */ path, /** @type {Buffer} */ bytes) => {
      sources[relative(root, path)] = hashOf(bytes);
    };
    for (const file of alwaysSources) remember(join(root, file), readFileSync(join(root, file)));
    const entries = Object.fromEntries(commandLineEntries.map((path) => [path.replace(/^.*\/|\.ts$/g, ''), path]));
    const plugins = [keepThisFile, sourceLocations({ locate: locationInClone, onSource: remember })];
    await build(compileOptions({ root, outdir, entries, bundled: bundledPackages, plugins }));
    return await install(outdir, sources, cache);
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

/**
 * Moves the compiled files to their folder, named by the sources, and writes the manifest. Two processes may do this at the same time: both
 * compile the same sources, and the folder of the first stays.
 * @param {string} outdir @param {Record<string, string>} sources @param {string} cache
 */
async function install(outdir, sources, cache) {
  const sorted = Object.fromEntries(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1)));
  const folder = `program-${createHash('sha1').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)}`;
  await rename(outdir, join(cache, folder)).catch(async (error) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  });
  const draft = `${outdir}.json`; // its own for each process
  await writeFile(draft, JSON.stringify({ folder, sources: sorted }));
  await rename(draft, join(cache, 'manifest.json'));
  await removeOldPrograms(cache, folder);
  return join(cache, folder);
}

/** @param {string} cache @param {string} current */
async function removeOldPrograms(cache, current) {
  for (const name of await readdir(cache)) {
    if (!/^(program|compiling)-/.test(name) || name === current) continue;
    const folder = join(cache, name);
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > keepMs) await rm(folder, { recursive: true, force: true });
  }
}

/** This file itself is not compiled: it is plain JavaScript, and loads the compiler. @type {import('esbuild').Plugin} */
const keepThisFile = {
  name: 'keep the file that compiles',
  setup({ onResolve }) {
    onResolve({ filter: /\/compiled-program\.mjs$/ }, () => ({ path: import.meta.filename, external: true }));
  },
};
