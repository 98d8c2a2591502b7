/** `touchstone shim`: prints the script that connects WebAuthn of a page to `touchstone authenticator-server`. */
import { Command } from 'commander';
import { UsageError } from '#base/errors.ts';
import { webSocketInitScript } from '#browser/shim/init-script.ts';
import { pageUrlOf } from '#page-authenticator/server/authenticator-server.ts';
import { defaultServerPort, tokenVariable } from './authenticator-server.ts';
import { parsePort } from './option-parsers.ts';

export const shimCommand = (_finish: (code: number) => void) =>
  new Command('shim')
    .option('-p, --port <number>', 'Port of the authenticator server', parsePort, defaultServerPort)
    .action(async ({ port }: { port: number }) => {
      const token = process.env[tokenVariable];
      if (!token)
        throw new UsageError(
          `Cannot print the page script without the token of the authenticator server: expected it in the environment variable ${tokenVariable}`,
        );
      console.log(await webSocketInitScript(pageUrlOf(port, token)));
    });
