/** Compiles the script that installs the shim in a page, from `page/`. The only file here that imports esbuild. */
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./page/main.ts', import.meta.url));

/** Returns the source of a script that defines `shim`. The npm package has the result in place of this module. */
export async function compilePageScript(): Promise<string> {
  const { build } = await import('esbuild'); // slow to load, and the other route does not need it
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'shim',
    target: 'es2022',
    logLevel: 'warning',
  });
  const [script] = outputFiles;
  if (!script) throw new Error('Cannot compile the page shim: esbuild returned no file');
  return script.text;
}
