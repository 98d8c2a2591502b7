/**
 * Builds script and style of an HTML report from its `app/` with Vite. The build is cached in `node_modules/.cache/touchstone/` together
 * with the hashes of its sources, and used only while all of them are unchanged; nothing generated is committed.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHex } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { writeAtomically } from '../write-atomically.ts';

/** The sources of the page of one kind of report. */
export interface ReportPage {
  /** Name of the cached build. */
  name: string;
  /** Folder of the sources, absolute. The entry point is `main.tsx`. */
  appFolder: string;
  /** Relative to the folder, in the order of the cascade. */
  styleSheets: readonly string[];
}

export interface ReportBundle {
  /** An immediately invoked script and not a module, because browsers load no modules from `file:`. */
  script: string;
  style: string;
}

/** A bundle in the cache. */
interface CachedBundle extends ReportBundle {
  /** Hash of each source, by its path in the project. */
  sources: Record<string, string>;
  /** Versions of the packages that are compiled in. */
  packages: Record<string, string>;
}

const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));
const cacheFolder = join(projectRoot, 'node_modules/.cache/touchstone');

const bundles = new Map<string, Promise<ReportBundle>>();

/** Returns the bundle of a page from memory, from the cache, or newly built (about one second). */
export function buildReportBundle(page: ReportPage): Promise<ReportBundle> {
  const known = bundles.get(page.name);
  if (known) return known;
  const bundle = loadOrBuild(page).catch((error) => {
    bundles.delete(page.name);
    throw error;
  });
  bundles.set(page.name, bundle);
  return bundle;
}

async function loadOrBuild(page: ReportPage): Promise<ReportBundle> {
  const cacheFile = join(cacheFolder, `${page.name}.json`);
  const cached = await readCache(cacheFile);
  if (cached && (await isCurrent(cached))) return cached;
  const sources = await hashFiles([toProjectPath(fileURLToPath(import.meta.url))]);
  const script = await buildScript(page, sources);
  const style = await readStyle(page, sources);
  await mkdir(dirname(cacheFile), { recursive: true });
  const fresh: CachedBundle = { script, style, sources, packages: packageVersions() };
  await writeAtomically(cacheFile, JSON.stringify(fresh));
  return fresh;
}

async function readCache(cacheFile: string): Promise<CachedBundle | undefined> {
  try {
    return JSON.parse(await readFile(cacheFile, 'utf8')) as CachedBundle;
  } catch {
    return undefined; // none yet, or not readable: build again
  }
}

async function isCurrent({ sources, packages }: CachedBundle): Promise<boolean> {
  const now = await hashFiles(Object.keys(sources)).catch(() => undefined);
  return JSON.stringify([now, packageVersions()]) === JSON.stringify([sources, packages]);
}

async function hashFiles(files: readonly string[]): Promise<Record<string, string>> {
  const hash = async (file: string) => [file, hashOf(await readFile(join(projectRoot, file), 'utf8'))] as const;
  return Object.fromEntries(await Promise.all(files.map(hash)));
}

const hashOf = (text: string): string => toHex(sha256(text));

const toProjectPath = (path: string): string => relative(projectRoot, path);

function packageVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  return Object.fromEntries(['vite', 'preact'].map((name) => [name, require(`${name}/package.json`).version]));
}

/** Returns the script. Adds the hash of each module of the project to `sources`, as the module is read. */
async function buildScript({ appFolder }: ReportPage, sources: Record<string, string>): Promise<string> {
  const { build } = await import('vite');
  const result = await build({
    configFile: false,
    root: projectRoot,
    mode: 'production',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'hash sources',
        enforce: 'pre',
        transform(code, id) {
          if (id.startsWith(projectRoot) && !id.includes('/node_modules/')) sources[toProjectPath(id)] = hashOf(code);
        },
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: join(appFolder, 'main.tsx'), output: { format: 'iife' } },
    },
  });
  const chunks = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  const script = chunks.find((part) => part.type === 'chunk' && part.isEntry);
  if (script?.type !== 'chunk') throw new Error('Cannot build the HTML report: Vite returned no entry chunk');
  return script.code;
}

async function readStyle({ appFolder, styleSheets }: ReportPage, sources: Record<string, string>): Promise<string> {
  const sheets: string[] = [];
  for (const path of styleSheets.map((name) => resolve(appFolder, name))) {
    const sheet = await readFile(path, 'utf8');
    sources[toProjectPath(path)] = hashOf(sheet);
    sheets.push(sheet);
  }
  return sheets
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n');
}
