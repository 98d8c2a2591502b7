/**
 * Program and style of the HTML report, built from `app/` on demand: nothing generated is committed. The result is kept
 * under `node_modules/.cache/touchstone/` by a hash of what went into it. The only door to Vite.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concat, toHex, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { writeAtomically } from '../files.ts';

export interface ReportBundle {
  /** An immediately invoked script, no module, so that it also runs from `file:`. */
  script: string;
  style: string;
}

const appFolder = fileURLToPath(new URL('./app/', import.meta.url));
/** What the program shares with Node, outside `app/`. */
const sharedSources = ['../format.ts', 'side-by-side.ts'].map((file) => fileURLToPath(new URL(file, import.meta.url)));
const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));
const cacheFolder = join(projectRoot, 'node_modules/.cache/touchstone');
/** Style sheets in the order of the cascade. */
const styleSheets = ['base.css', 'header.css', 'cases.css', 'detail.css', 'overview.css', 'print.css'];

let built: Promise<ReportBundle> | undefined;

/** The bundle, from memory, from the cache, or built (about a second). Set-up calls it once so that the first run does not wait. */
export function buildReportBundle(): Promise<ReportBundle> {
  built ??= cachedBundle().catch((error) => {
    built = undefined;
    throw error;
  });
  return built;
}

async function cachedBundle(): Promise<ReportBundle> {
  const path = join(cacheFolder, `report-${await sourceHash()}.json`);
  const cached = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  if (typeof cached?.script === 'string' && typeof cached.style === 'string') return cached;
  const bundle = { script: await buildScript(), style: await readStyle() };
  await mkdir(cacheFolder, { recursive: true });
  await writeAtomically(path, JSON.stringify(bundle));
  return bundle;
}

async function sourceHash(): Promise<string> {
  const require = createRequire(import.meta.url);
  const sources = (await readdir(appFolder)).toSorted().map((name) => join(appFolder, name));
  const parts: Uint8Array[] = [];
  for (const source of [...sources, ...sharedSources, fileURLToPath(import.meta.url)])
    parts.push(utf8(source.slice(projectRoot.length)), await readFile(source));
  for (const name of ['vite', 'preact']) parts.push(utf8(require(`${name}/package.json`).version));
  return toHex(sha256(concat(...parts))).slice(0, 16);
}

async function buildScript(): Promise<string> {
  const { build } = await import('vite');
  const result = await build({
    configFile: false,
    root: projectRoot,
    mode: 'production',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: join(appFolder, 'main.tsx'), output: { format: 'iife' } },
    },
  });
  const chunks = [result].flat().flatMap((part) => ('output' in part ? part.output : []));
  const script = chunks.find((part) => part.type === 'chunk' && part.isEntry);
  if (script?.type !== 'chunk') throw new Error('cannot build the HTML report: the bundler gave no entry chunk');
  return script.code;
}

async function readStyle(): Promise<string> {
  const sheets = await Promise.all(styleSheets.map((name) => readFile(join(appFolder, name), 'utf8')));
  return sheets
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n');
}
