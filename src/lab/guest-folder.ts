/** Prepares the folder that a guest shares with the host: the job, its environment, and the list of further shared folders. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UnavailableError } from '#base/errors.ts';

/** The job that runs in the guest. */
export interface GuestJob {
  /** A shell script, run as root in `cwd`. */
  script: string;
  /** Working directory of the script. Default: the current one. */
  cwd?: string | undefined;
  /** Folders of the host that the guest may write to; they have the same path in the guest. */
  shares?: readonly string[] | undefined;
  /** Added to the environment of this process; undefined removes a variable. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Folder of the scripts that run in the guest. */
export const guestScriptsFolder = resolve(import.meta.dirname, 'guest');

/**
 * Creates the folder of one guest with all files that its scripts read.
 * @throws {UnavailableError} if a path contains characters that cannot be passed to the kernel.
 */
export function prepareGuestFolder({ script, cwd = process.cwd(), shares = [], env = {} }: GuestJob): string {
  for (const path of [tmpdir(), guestScriptsFolder, ...shares]) checkPath(path);
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-lab-'));
  for (const share of shares) mkdirSync(share, { recursive: true });
  const lines = shares.map((share) => `${resolve(share)}\n`).join('');
  writeFileSync(join(folder, 'shares'), lines);
  const environment = formatExports({ ...process.env, ...guestEnvironment(folder), ...env });
  writeFileSync(join(folder, 'job'), `${environment}cd ${shellQuote(cwd)}\n${script}\n`, { mode: 0o600 });
  return folder;
}

/** The kernel's command line and the options of hostfs have no quoting. */
function checkPath(path: string): void {
  if (/[\s,"]/.test(path))
    throw new UnavailableError(
      `The kernel lab cannot use the path ${path}: expected a path without spaces, commas and quotes`,
    );
}

/** Changes to the host's environment: its session, display and home do not exist in the guest. */
const guestEnvironment = (folder: string): Record<string, string | undefined> => ({
  DISPLAY: undefined,
  WAYLAND_DISPLAY: undefined,
  XAUTHORITY: undefined,
  DBUS_SESSION_BUS_ADDRESS: undefined,
  DBUS_SYSTEM_BUS_ADDRESS: undefined,
  XDG_RUNTIME_DIR: undefined,
  AT_SPI_BUS_ADDRESS: undefined,
  TMPDIR: undefined,
  HOME: '/run/home', // in memory: files that root creates would be unreadable in the home of another user
  TOUCHSTONE_LAB: folder,
});

/** Returns shell lines that export `env`, without variables whose names are invalid in a shell. */
export function formatExports(env: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(env).filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return entries
    .map(([name, value]) => (value === undefined ? `unset ${name}\n` : `export ${name}=${shellQuote(value)}\n`))
    .join('');
}

/** Quotes a text so that a shell reads it as one word. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
