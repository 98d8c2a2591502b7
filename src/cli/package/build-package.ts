/**
 * Builds what the npm package contains beside the sources that `files` in `package.json` lists: `dist/program`, the compiled program, and
 * `dist/types`, its declarations. Nothing is compiled where the package is used: parts that a clone compiles at run time are included in
 * compiled form.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { compilePageScript } from '#browser/shim/page-script.ts';
import { conformancePage } from '#conformance/report/html/html.ts';
import { buildReportBundle } from '#report/html/bundle.ts';
import { runPage } from '#report/html/html.ts';
import {
  bundledPackages,
  commandLineEntries,
  compileOptions,
  type Location,
  sourceLocations,
} from '../program/compile-options.mjs';
import { writeDeclarations } from './declarations.ts';
import { licenseTexts } from './licenses.ts';
import { publicEntries } from './public-entries.ts';

/** qrcode is compiled in as well, because it depends on 25 packages. The types of zod are part of the declarations. */
const bundled = [...bundledPackages.filter((name) => name !== 'zod'), 'qrcode'];

const programFolder = 'dist/program';

/** Builds `dist` in the folder of the project. */
export async function buildPackage(root: string): Promise<void> {
  await rm(join(root, 'dist'), { recursive: true, force: true });
  const [metafile] = await Promise.all([compileProgram(root), writeDeclarations(root, Object.values(publicEntries))]);
  await writeFile(join(root, 'dist/THIRD_PARTY_LICENSES.txt'), await licenseTexts(root, compiledPackages(metafile)));
}

async function compileProgram(root: string): Promise<Metafile> {
  const commandLine = Object.fromEntries(commandLineEntries.map((path) => [path.replace(/^.*\/|\.ts$/g, ''), path]));
  const { metafile } = await build({
    ...compileOptions({
      root,
      outdir: join(root, programFolder),
      entries: { ...commandLine, ...publicEntries },
      bundled,
      plugins: [
        replaceModules(root, {
          'src/browser/shim/page-script.ts': constantFunction('compilePageScript', await compilePageScript()),
          'src/report/html/bundle.ts': await reportBundles(),
          'src/cli/program/compiled-program.mjs': withoutCompiler,
        }),
        sourceLocations({ locate: (path) => locationInPackage(relative(root, path)) }),
      ],
    }),
    metafile: true,
    legalComments: 'linked',
  });
  return metafile;
}

/** Returns a module whose only function always resolves to `value`. */
const constantFunction = (name: string, value: unknown): string =>
  `export const ${name} = async () => (${JSON.stringify(value)});`;

/** Returns a module that has the bundle of every page. */
async function reportBundles(): Promise<string> {
  const pages = [runPage, conformancePage];
  const bundles = await Promise.all(pages.map(async (page) => [page.name, await buildReportBundle(page)] as const));
  return `const bundles = ${JSON.stringify(Object.fromEntries(bundles))};
export const buildReportBundle = async ({ name }) => bundles[name];`;
}

/** The lab compiles the program for its guest, from sources that the package does not contain. */
const withoutCompiler = `import { UnavailableError } from '#base/errors.ts';
export const compiledProgram = async () => {
  throw new UnavailableError('The kernel lab works only in a clone of the repository, not in the installed package');
};`;

/** Compiles `modules`, by their path in the project, instead of the sources. */
const replaceModules = (root: string, modules: Readonly<Record<string, string>>): Plugin => ({
  name: 'replace modules',
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs)$/ }, ({ path, suffix }) => {
      const contents = suffix === '' ? modules[relative(root, path)] : undefined;
      return contents === undefined ? undefined : { contents, loader: 'js', resolveDir: root };
    });
  },
});

/** The place of a source in the package, where the compiled files are in `dist/program`. Its assets have the same path as in the clone. */
function locationInPackage(path: string): Location {
  const url = `new URL(${JSON.stringify(relative(programFolder, path).split(sep).join('/'))}, import.meta.url)`;
  const filename = `process.getBuiltinModule('node:url').fileURLToPath(${url})`;
  return { filename, dirname: `process.getBuiltinModule('node:path').dirname(${filename})`, url: `${url}.href` };
}

/** Returns the names of the packages that are compiled into the program, sorted. */
function compiledPackages({ inputs }: Metafile): string[] {
  const paths = Object.keys(inputs).flatMap((path) => path.split('node_modules/')[1] ?? []);
  return [...new Set(paths.map(packageName))].sort();
}

const packageName = (path: string): string => path.split('/', path.startsWith('@') ? 2 : 1).join('/');
