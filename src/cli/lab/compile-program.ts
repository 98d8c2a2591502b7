/**
 * Our own program, compiled into a few files for guests of the lab: there each file that is opened takes its time, and the
 * sources are hundreds. The only door to esbuild.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '../../..');
/** Inside `node_modules`: packages are found from there, and Playwright leaves alone what it takes for one. */
const cacheFolder = join(root, 'node_modules/.cache/touchstone');
/** What Node and Playwright load by name. */
const entries = [
  'src/cli/main.ts',
  'src/cli/run/scenarios.host.ts',
  'playwright.config.ts',
  'src/report/playwright-reporter.ts',
];

/** Where it lies; disposing it takes it away. */
export interface CompiledProgram extends AsyncDisposable {
  /** The environment under which `touchstone` and Playwright use it in place of the sources. */
  readonly env: { TOUCHSTONE_PROGRAM: string };
}

/** Compiles it anew for each lab, which takes less than a second: a folder that is kept would have to be kept true. */
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
    plugins: [whereItWas],
  });
  return {
    env: { TOUCHSTONE_PROGRAM: folder },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A module that looks for files beside itself finds them beside its source. */
const whereItWas: Plugin = {
  name: 'where it was',
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
