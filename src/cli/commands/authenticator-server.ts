/** `touchstone authenticator-server`: serves an emulated key to the pages and tests of any tool, until it is interrupted. */
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { toBase64url } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { type DialogProfileId, dialogProfiles } from '#browser/dialog-profiles.ts';
import type { SecurityKeyOptions } from '#page-authenticator/security-key.ts';
import { serveAuthenticator } from '#page-authenticator/server/authenticator-server.ts';
import type { TouchPolicy } from '#page-authenticator/user-gestures.ts';
import { exitCode } from '../exit-codes.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { collect, parsePort } from './option-parsers.ts';
import { untilAborted } from './until-aborted.ts';

export const tokenVariable = 'TOUCHSTONE_TOKEN';
export const defaultServerPort = 9333;

interface ServerCommandOptions {
  port: number;
  persona?: string;
  pin?: string;
  touch: TouchPolicy;
  defect: string[];
  state?: string;
  dialog: DialogProfileId;
}

export const authenticatorServerCommand = (finish: (code: number) => void) =>
  new Command('authenticator-server')
    .option('-p, --port <number>', 'Port on the loopback address; 0 picks a free port', parsePort, defaultServerPort)
    .option('--persona <id>', 'Model to emulate (see touchstone personas); default: yubikey-5-nfc')
    .option('--pin <pin>', 'PIN that is set and that the dialog enters; default: 123456 if the model has PINs')
    .option(
      '--touch <policy>',
      'When the key is touched: auto, manual, never, or a number of milliseconds',
      parseTouch,
      'auto',
    )
    .option('--defect <id>', 'Defect of the key (see touchstone defects); repeat the option for several', collect, [])
    .option('--state <file>', 'Start with the passkeys of this file, which contains a response to GET /key/state')
    .addOption(
      new Option('--dialog <profile>', 'System whose limits for timeouts apply')
        .choices(Object.keys(dialogProfiles))
        .default('windows-11'),
    )
    .action(async (options: ServerCommandOptions) => {
      await withInterruptSignal((signal) => serve(options, signal));
      finish(exitCode.passed);
    });

/** Serves until `signal` is aborted. Prints the token only when it was generated here: a token from the environment is a secret. */
async function serve({ port, defect, dialog, ...key }: ServerCommandOptions, signal: AbortSignal): Promise<void> {
  const given = process.env[tokenVariable];
  const token = given || toBase64url(systemRandom.bytes(24));
  const options = { ...key, defects: defect } as SecurityKeyOptions;
  await using server = await serveAuthenticator({ port, token, key: options, dialog: { profile: dialog } });
  console.log(`Serving a key at ${pc.bold(server.origin)}  ${pc.dim('Press Ctrl+C to stop')}`);
  if (!given) console.log(`  ${pc.cyan(tokenVariable)}=${token}`);
  console.log(`  Page script: ${server.origin}/shim.js?token=${given ? `$${tokenVariable}` : token}`);
  await untilAborted(signal);
}

function parseTouch(text: string): TouchPolicy {
  if (text === 'auto' || text === 'manual' || text === 'never') return text;
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected auto, manual, never, or a number of milliseconds.');
  return { afterMs: Number(text) };
}
