/** How the program is compiled: for the cache of a clone (`compiled-program.mjs`) and for the npm package (`../package`). */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Entry points of the command line: what Node.js and Playwright load by name. */
export const commandLineEntries = [
  'src/cli/main.ts',
  'src/cli/run/scenarios.host.ts',
  'playwright.config.ts',
  'src/report/playwright-reporter.ts',
];

/** Pure JavaScript packages that are compiled in: one file loads faster than their many. All others stay external. */
export const bundledPackages = ['commander', 'picocolors', 'zod', 'yaml', 'fastest-levenshtein', 'tldts'];

/**
 * Returns the options of esbuild. `plugins` come before those that decide what is compiled in.
 * @param {{ root: string, outdir: string, entries: Record<string, string>, bundled: string[], plugins: import('esbuild').Plugin[] }} options
 *   `entries`: sources by the name of the compiled file
 * @returns {import('esbuild').BuildOptions}
 */
export const compileOptions = ({ root, outdir, entries, bundled, plugins }) => ({
  absWorkingDir: root,
  entryPoints: Object.entries(entries).map(([out, path]) => ({ in: path, out })),
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // CommonJS packages that are compiled in still require built-in modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  logLevel: 'silent', // the error names what is wrong
  plugins: [...plugins, externalPackages(bundled)],
});

/** @param {string[]} bundled @returns {import('esbuild').Plugin} */
const externalPackages = (bundled) => ({
  name: 'external packages',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./#]/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point' || resolveDir.includes('node_modules')) return undefined;
      return bundled.some((name) => path === name || path.startsWith(`${name}/`)) ? undefined : { external: true };
    });
  },
});

/**
 * A source that looks for files beside itself finds them beside its source, not beside the compiled file.
 * `onSource` is called with each source as it is read.
 * @param {{ locate: (path: string) => Location, onSource?: (path: string, bytes: Buffer) => void }} options
 * @typedef {{ dirname: string, filename: string, url: string }} Location JavaScript expressions that replace those of `import.meta`
 * @returns {import('esbuild').Plugin}
 */
export const sourceLocations = ({ locate, onSource }) => ({
  name: 'source locations',
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path }) => {
      if (path.includes('/node_modules/')) return undefined; // pinned by package-lock.json
      const bytes = await readFile(path);
      onSource?.(path, bytes);
      const location = locate(path);
      const contents = bytes
        .toString('utf8')
        .replace(
          /\bimport\.meta\.(dirname|filename|url)\b/g,
          (_, member) => location[/** @type {keyof Location} */ (member)],
        );
      return { contents, loader: 'ts' };
    });
  },
});

/** The place of a source in this clone. @param {string} path @returns {Location} */
export const locationInClone = (path) => ({
  dirname: JSON.stringify(dirname(path)),
  filename: JSON.stringify(path),
  url: JSON.stringify(pathToFileURL(path).href),
});
