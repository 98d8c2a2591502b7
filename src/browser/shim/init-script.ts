/** The init script of the shim: the compiled page script, and its configuration. */
import type { ShimConfig } from './messages.ts';
import { compilePageScript } from './page-script.ts';

let compiled: Promise<string> | undefined;

/** Returns the source of a script that installs the shim. The first call of a process compiles it, in some 30 ms. */
export async function initScript(config: ShimConfig): Promise<string> {
  compiled ??= compilePageScript();
  return `(() => {\n${await compiled}\nshim.install(${JSON.stringify(config)});\n})();`;
}
