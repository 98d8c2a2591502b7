/** The init script of the shim: the compiled page script, and its configuration. */
import type { ShimConfig } from './messages.ts';
import { compilePageScript } from './page-script.ts';

let compiled: Promise<string> | undefined;

/** Returns the source of a script that installs the shim. The first call of a process compiles it, in some 30 ms. */
export const initScript = (config: ShimConfig): Promise<string> => withShim(`shim.install(${JSON.stringify(config)});`);

/** Returns the source of a script that installs the shim and connects it to an authenticator server at `url`. */
export function webSocketInitScript(url: string): Promise<string> {
  const config: ShimConfig = { binding: 'webauthn-touchstone', showsUserActivation: true };
  return withShim(`shim.connect(${JSON.stringify(config)}, ${JSON.stringify(url)});`);
}

async function withShim(statement: string): Promise<string> {
  compiled ??= compilePageScript();
  return `(() => {\n${await compiled}\n${statement}\n})();`;
}
