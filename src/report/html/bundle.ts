/**
 * Builds script and style of the HTML report from `app/` with Vite. The build is cached in `node_modules/.cache/touchstone/` by a hash
 * of its sources; nothing generated is committed.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { concat, toHex, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { writeAtomically } from '../write-atomically.ts';

export interface ReportBundle {
  /** An immediately invoked script and not a module, because browsers load no modules from `file:`. */
  script: string;
  style: string;
}

const appFolder = fileURLToPath(new URL('./app/', import.meta.url));
/** Sources outside `app/` that the script imports. */
const sharedSources = ['../format.ts', 'matrix-coordinates.ts'].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);
const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));
const cacheFolder = join(projectRoot, 'node_modules/.cache/touchstone');
/** In the order of the cascade. */
const styleSheets = [
  'base.css',
  'header.css',
  'cases.css',
  'detail.css',
  'waterfall.css',
  'wire.css',
  'overview.css',
  'print.css',
];

let bundle: Promise<ReportBundle> | undefined;

/** Returns the bundle from memory, from the cache, or newly built (about one second). */
export function buildReportBundle(): Promise<ReportBundle> {
  bundle ??= loadOrBuild().catch((error) => {
    bundle = undefined;
    throw error;
  });
  return bundle;
}

async function loadOrBuild(): Promise<ReportBundle> {
  const path = join(cacheFolder, `report-${await hashSources()}.json`);
  const cached = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  if (typeof cached?.script === 'string' && typeof cached.style === 'string') return cached;
  const fresh = { script: await buildScript(), style: await readStyle() };
  await mkdir(cacheFolder, { recursive: true });
  await writeAtomically(path, JSON.stringify(fresh));
  return fresh;
}

async function hashSources(): Promise<string> {
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
  if (script?.type !== 'chunk') throw new Error('Cannot build the HTML report: Vite returned no entry chunk');
  return script.code;
}

async function readStyle(): Promise<string> {
  const sheets = await Promise.all(styleSheets.map((name) => readFile(join(appFolder, name), 'utf8')));
  return sheets
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n');
}
