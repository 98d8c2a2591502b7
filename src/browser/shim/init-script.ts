/** Compiles the init script of the shim from `page/`. The only file here that imports esbuild. */
import { fileURLToPath } from 'node:url';
import type { ShimConfig } from './messages.ts';

const entry = fileURLToPath(new URL('./page/main.ts', import.meta.url));

let compiled: Promise<string> | undefined;

/** Returns the source of a script that installs the shim. The first call of a process compiles it, in some 30 ms. */
export async function initScript(config: ShimConfig): Promise<string> {
  compiled ??= compile();
  return `(() => {\n${await compiled}\nshim.install(${JSON.stringify(config)});\n})();`;
}

async function compile(): Promise<string> {
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
