/** `touchstone portal`: serves the reference portal without scenarios, to try keys and browsers by hand. */
import { isIP } from 'node:net';
import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { toBase64url } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { UnavailableError, UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import type { NewUser } from '#relying-party/directory.ts';
import { type Portal, startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { roles, type Store } from '#relying-party/store/store.ts';
import { StoreError } from '#relying-party/store/store-error.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { exitCode } from '../exit-codes.ts';
import { withInterruptSignal } from '../run/with-interrupt-signal.ts';
import { parsePort } from './option-parsers.ts';
import { loadMetadata, type MetadataOptions, withMetadataOptions } from './portal-metadata.ts';
import { untilAborted } from './until-aborted.ts';

export interface PortalCommandOptions extends MetadataOptions {
  port: number;
  host?: string | undefined;
  rpId?: string | undefined;
  store?: string | undefined;
  conformanceApi?: boolean | undefined;
}

export const portalCommand = (finish: (code: number) => void) =>
  withMetadataOptions(
    new Command('portal')
      .option('-p, --port <number>', 'Port to listen on; 0 picks a free port', parsePort, 8080)
      .option('--host <address>', 'Address to listen on; default: 127.0.0.1. Requests for other host names are refused')
      .option('--rp-id <domain>', 'RP ID, and host name of the portal; default: localhost', parseRpId)
      .option('--store <file>', 'Keep users and passkeys in this file; default: in memory')
      .option(
        '--conformance-api',
        'Serve the conformance API for test tools; anyone can create accounts and change its settings with it',
        false,
      ),
  ).action(async (options: PortalCommandOptions) => {
    await withInterruptSignal((signal) => servePortal(options, signal));
    finish(exitCode.passed);
  });

/**
 * Serves the portal and prints its address and demo users, until `signal` is aborted.
 * @throws {UsageError} if an option cannot be used, {UnavailableError} if the store cannot be used.
 */
export async function servePortal(options: PortalCommandOptions, signal: AbortSignal): Promise<void> {
  await using store = openStore(options.store);
  await using portal = await start(options, store);
  console.log(`${pc.bold(portal.origin)}  ${pc.dim('Press Ctrl+C to stop')}\n`);
  try {
    await addDemoUsers(portal);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    throw new UnavailableError(cause.message, { cause });
  }
  await untilAborted(signal);
}

async function addDemoUsers({ directory }: Portal): Promise<void> {
  for (const user of createDemoUsers()) {
    if (await directory.user(user.name)) continue;
    await directory.createUser(user);
    const role = user.roles ? pc.dim(' administrator') : '';
    console.log(`  user name ${pc.cyan(user.name)}   password ${pc.cyan(user.password)}${role}`);
  }
}

async function start(options: PortalCommandOptions, store: Store): Promise<Portal> {
  const { port, host, rpId, conformanceApi } = options;
  const metadata = await loadMetadata(options);
  try {
    const trustAnchors = emulatorTrustAnchors();
    const environment = { store, clock: systemClock, random: systemRandom, trustAnchors };
    return await startPortal({ port, host, rpId, conformanceApi, metadata, ...environment });
  } catch (cause) {
    const problem = listenProblems[(cause as NodeJS.ErrnoException).code ?? ''];
    if (problem === undefined) throw cause;
    throw new UsageError(`Cannot serve on ${host ?? '127.0.0.1'}, port ${port}: ${problem}`, { cause });
  }
}

/** Why the portal cannot listen, by error code of Node.js. */
const listenProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another one with --port',
  EACCES: 'there is no permission to use the port; choose one above 1023 with --port',
  EADDRNOTAVAIL: 'this machine does not have the address; choose another one with --host',
  ENOTFOUND: 'the name has no address; choose another one with --host',
  EAI_AGAIN: 'the name has no address; choose another one with --host',
};

/** Reads an RP ID: a domain (WebAuthn L3 section 4), which is not an IP address. */
function parseRpId(text: string): string {
  const isDomain = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/.test(text);
  if (!isDomain || isIP(text) !== 0)
    throw new InvalidArgumentError(`Expected a domain in lower case, for example portal.test, got "${text}".`);
  return text;
}

/** A user without a second factor, and an administrator who can issue a Temporary Access Pass for them. */
function createDemoUsers(): NewUser[] {
  const createPassword = () => toBase64url(systemRandom.bytes(9));
  return [
    { name: 'adele@contoso.test', displayName: 'Adele Vance', password: createPassword() },
    { name: 'admin@contoso.test', displayName: 'Ada Admin', password: createPassword(), roles: [...roles] },
  ];
}
