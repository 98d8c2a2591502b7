/** The folder that one guest shares with the host: its job, the environment it runs in, what else it may write to. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UnavailableError } from '#base/errors.ts';

/** What runs in the guest. */
export interface GuestJob {
  /** A shell script, run as root in `cwd`. */
  script: string;
  /** Folder that the script starts in; the working directory without. */
  cwd?: string | undefined;
  /** Folders of the host that the guest may write to, at the same path in both. */
  shares?: readonly string[] | undefined;
  /** On top of this process's environment; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The scripts of the guest's side. */
export const guestScripts = resolve(import.meta.dirname, 'guest');

/** A fresh folder for one guest, with everything that its side reads. */
export function prepareGuestFolder({ script, cwd = process.cwd(), shares = [], env = {} }: GuestJob): string {
  const folder = mkdtempSync(join(tmpdir(), 'touchstone-lab-'));
  for (const path of [folder, guestScripts, ...shares]) refuseUnwritable(path);
  for (const share of shares) mkdirSync(share, { recursive: true });
  const lines = shares.map((share) => `${resolve(share)}\n`).join('');
  writeFileSync(join(folder, 'shares'), lines);
  const environment = exports({ ...process.env, ...ofTheHostAlone(folder), ...env });
  writeFileSync(join(folder, 'job'), `${environment}cd ${quoted(cwd)}\n${script}\n`, { mode: 0o600 });
  return folder;
}

/** The kernel's command line and the options of hostfs know no quotes. */
function refuseUnwritable(path: string): void {
  if (/[\s,"]/.test(path))
    throw new UnavailableError(`the kernel lab cannot use ${path}: a path without spaces, commas and quotes is wanted`);
}

/** What names a session, a display or a home of the host means nothing in the guest. */
const ofTheHostAlone = (folder: string): Record<string, string | undefined> => ({
  DISPLAY: undefined,
  WAYLAND_DISPLAY: undefined,
  XAUTHORITY: undefined,
  DBUS_SESSION_BUS_ADDRESS: undefined,
  DBUS_SYSTEM_BUS_ADDRESS: undefined,
  XDG_RUNTIME_DIR: undefined,
  AT_SPI_BUS_ADDRESS: undefined,
  TMPDIR: undefined,
  HOME: '/run/home', // in memory: the host's may be another user's, who cannot read root's
  TOUCHSTONE_LAB: folder,
});

/** Shell lines that export `env`; names that no shell takes are left out. */
export function exports(env: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(env).filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return entries
    .map(([name, value]) => (value === undefined ? `unset ${name}\n` : `export ${name}=${quoted(value)}\n`))
    .join('');
}

/** One word of a shell, whatever stands in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
