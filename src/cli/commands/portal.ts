/** `touchstone portal`: serves the reference portal without scenarios, to try keys and browsers by hand. */
import { Command } from 'commander';
import pc from 'picocolors';
import { toBase64url } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import type { NewUser } from '#relying-party/directory.ts';
import { type Portal, startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { roles } from '#relying-party/store/store.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { exitCode } from '../exit-codes.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { parsePort } from './option-parsers.ts';
import { untilAborted } from './until-aborted.ts';

interface PortalCommandOptions {
  port: number;
  store?: string;
}

export const portalCommand = (finish: (code: number) => void) =>
  new Command('portal')
    .option('-p, --port <number>', 'Port on the loopback interface; 0 picks a free port', parsePort, 8080)
    .option('--store <file>', 'Keep users and passkeys in this file; default: in memory')
    .action(async (options: PortalCommandOptions) => {
      await withInterruptSignal((signal) => serve(options, signal));
      finish(exitCode.passed);
    });

async function serve({ port, store: file }: PortalCommandOptions, signal: AbortSignal): Promise<void> {
  await using store = openStore(file);
  await using portal = await start({ port, store });
  console.log(`${pc.bold(portal.origin)}  ${pc.dim('Press Ctrl+C to stop')}\n`);
  for (const user of createDemoUsers()) {
    if (await portal.directory.user(user.name)) continue;
    await portal.directory.createUser(user);
    const role = user.roles ? pc.dim(' administrator') : '';
    console.log(`  user name ${pc.cyan(user.name)}   password ${pc.cyan(user.password)}${role}`);
  }
  await untilAborted(signal);
}

async function start(parts: { port: number; store: ReturnType<typeof openStore> }): Promise<Portal> {
  try {
    const trustAnchors = emulatorTrustAnchors();
    return await startPortal({ ...parts, clock: systemClock, random: systemRandom, trustAnchors });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new UsageError(`Cannot serve on port ${parts.port}: it is in use; choose another one with --port`, { cause });
  }
}

/** A user without a second factor, and an administrator who can issue a Temporary Access Pass for them. */
function createDemoUsers(): NewUser[] {
  const createPassword = () => toBase64url(systemRandom.bytes(9));
  return [
    { name: 'adele@contoso.test', displayName: 'Adele Vance', password: createPassword() },
    { name: 'admin@contoso.test', displayName: 'Ada Admin', password: createPassword(), roles: [...roles] },
  ];
}
