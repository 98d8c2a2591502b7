/** Writes the declarations of the public entry points with the TypeScript compiler, with imports that work outside this project. */
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { packageCommand } from '../setup/child.mjs';

/** Writes the declarations of `entries` and of everything that they import to `dist/types`. */
export async function writeDeclarations(root: string, entries: readonly string[]): Promise<void> {
  const types = join(root, 'dist/types');
  await mkdir(types, { recursive: true });
  const config = join(root, 'dist/tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: '..',
    outDir: 'types',
  };
  const files = entries.map((path) => `../${path}`);
  await writeFile(config, JSON.stringify({ extends: '../tsconfig.json', compilerOptions, files, include: [] }));
  await compile(config);
  await rm(config);
  const { imports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { imports: Aliases };
  for (const file of await readdir(types, { recursive: true })) {
    if (!/\.d\.m?ts$/.test(file)) continue;
    const path = join(types, file);
    await writeFile(path, withRelativeImports(await readFile(path, 'utf8'), { file, imports }));
  }
}

type Aliases = Readonly<Record<string, string>>;

async function compile(config: string): Promise<void> {
  const [command, args] = packageCommand('typescript', 'tsc', ['--project', config]);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error('Cannot write the declarations of the package: the compiler reported errors');
}

/** Replaces `#module/file.ts` and `./file.ts` in imports by the relative path of a JavaScript file, beside which lie the declarations. */
function withRelativeImports(text: string, { file, imports }: { file: string; imports: Aliases }): string {
  const toRelative = (specifier: string): string => {
    const target = resolveAlias(specifier, imports);
    if (target === undefined) return specifier;
    const path = relative(dirname(file), target).replaceAll('\\', '/');
    return path.startsWith('.') ? path : `./${path}`;
  };
  return text.replaceAll(
    /(\bfrom |\bimport\()(["'])([#.][^"']+)\2/g,
    (_, before: string, quote: string, specifier: string) => {
      const path = specifier.startsWith('#') ? toRelative(specifier) : specifier;
      return `${before}${quote}${path.replace(/\.tsx?$/, '.js')}${quote}`;
    },
  );
}

/** Returns the path in the project of an alias in `package.json`. */
function resolveAlias(specifier: string, imports: Aliases): string | undefined {
  for (const [pattern, target] of Object.entries(imports)) {
    const [prefix = '', rest] = pattern.split('*');
    if (rest === undefined ? specifier === pattern : specifier.startsWith(prefix))
      return target.replace('*', specifier.slice(prefix.length)).replace(/^\.\//, '');
  }
  return undefined;
}
