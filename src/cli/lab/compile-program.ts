/**
 * Compiles Touchstone into a few files with esbuild for guests of the kernel lab, where opening a file is slow and the sources are
 * hundreds of files.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '../../..');
/** Inside `node_modules` the compiled files find their packages, and Playwright does not compile them again. */
const cacheFolder = join(root, 'node_modules/.cache/touchstone');
/** Files that Node.js and Playwright load by name. */
const entries = [
  'src/cli/main.ts',
  'src/cli/run/scenarios.host.ts',
  'playwright.config.ts',
  'src/report/playwright-reporter.ts',
];

/** A compiled program; disposing it deletes its files. */
export interface CompiledProgram extends AsyncDisposable {
  /** With this environment, `touchstone` and Playwright run the compiled program instead of the sources. */
  readonly env: { TOUCHSTONE_PROGRAM: string };
}

/** Compiles the current sources, which takes less than a second. */
export async function compileProgram(): Promise<CompiledProgram> {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'program-'));
  await build({
    absWorkingDir: root,
    entryPoints: entries.map((path) => ({ in: path, out: path.replace(/^.*\/|\.ts$/g, '') })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
    plugins: [sourceLocations],
  });
  return {
    env: { TOUCHSTONE_PROGRAM: folder },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A module that loads files relative to itself finds them beside its source, not beside the compiled file. */
const sourceLocations: Plugin = {
  name: 'source locations',
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
};
