/** `touchstone portal`: the reference portal on its own, to look at and to try keys and browsers by hand. */
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { toBase64url } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import type { NewUser } from '#relying-party/directory.ts';
import { type Portal, startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { roles } from '#relying-party/store/store.ts';
import { emulatorRoots } from '../compose/catalogue.ts';
import { exitCode } from '../exit-codes.ts';

interface PortalCommandOptions {
  port: number;
  store?: string;
}

export const portalCommand = (finish: (code: number) => void) =>
  new Command('portal')
    .description('serve the reference portal, to try keys and browsers by hand')
    .option('-p, --port <number>', 'port on the loopback interface; 0 takes any free one', port, 8080)
    .option('--store <file>', 'keep users and passkeys in this file; default: in memory')
    .action(async (options: PortalCommandOptions) => finish(await serve(options)));

/** Serves until it is interrupted. */
async function serve({ port, store: file }: PortalCommandOptions): Promise<number> {
  const interrupted = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await using store = openStore(file);
  await using portal = await started({ port, store });
  console.log(`${pc.bold(portal.origin)}  ${pc.dim('Ctrl+C stops')}\n`);
  for (const user of demoUsers()) {
    if (await portal.directory.user(user.name)) continue;
    await portal.directory.createUser(user);
    const role = user.roles ? pc.dim(' administrator') : '';
    console.log(`  user name ${pc.cyan(user.name)}   password ${pc.cyan(user.password)}${role}`);
  }
  await interrupted;
  return exitCode.passed;
}

async function started(parts: { port: number; store: ReturnType<typeof openStore> }): Promise<Portal> {
  try {
    return await startPortal({ ...parts, clock: systemClock, random: systemRandom, trustAnchors: emulatorRoots() });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new UsageError(`cannot serve on port ${parts.port}: it is in use; choose another with --port`, { cause });
  }
}

/** A person without a second factor, and the administrator who can issue her a Temporary Access Pass. */
function demoUsers(): NewUser[] {
  const password = () => toBase64url(systemRandom.bytes(9));
  return [
    { name: 'adele@contoso.test', displayName: 'Adele Vance', password: password() },
    { name: 'admin@contoso.test', displayName: 'Ada Admin', password: password(), roles: [...roles] },
  ];
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('a port number is wanted.');
  return Number(text);
}
