/** Programs and files that the lab requires, and the Debian packages that contain them. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { UnavailableError } from '#base/errors.ts';

/** A program in the search path, or a file with an absolute path; and the Debian package that contains it. */
type Prerequisite = readonly [programOrFile: string, debianPackage: string];

/** The prerequisites of each purpose. */
export const prerequisites = {
  build: [
    ['/usr/src/linux-source-6.1.tar.xz', 'linux-source-6.1'],
    ['gcc', 'gcc'],
    ['make', 'make'],
    ['flex', 'flex'],
    ['bison', 'bison'],
    ['bc', 'bc'],
    ['xz', 'xz-utils'],
    ['tar', 'tar'],
    ['/usr/include/stdlib.h', 'libc6-dev'],
    ['/usr/include/libelf.h', 'libelf-dev'],
  ],
  boot: [
    ['ip', 'iproute2'],
    ['mount', 'mount'],
    ['stty', 'coreutils'],
    ['taskset', 'util-linux'],
  ],
  'command-line': [
    ['fido2-token', 'fido2-tools'],
    ['ssh-keygen', 'openssh-client'],
    ['usbip', 'usbip'],
    ['lsusb', 'usbutils'],
    ['/usr/bin/python3', 'python3'],
    ['/usr/lib/python3/dist-packages/fido2/__init__.py', 'python3-fido2'],
  ],
  desktop: [
    ['Xvfb', 'xvfb'],
    ['xdotool', 'xdotool'],
    ['openbox', 'openbox'],
    ['import', 'imagemagick'],
    ['dbus-launch', 'dbus-x11'],
    ['dbus-daemon', 'dbus'],
    ['/lib/systemd/systemd-udevd', 'udev'],
    ['/usr/libexec/at-spi-bus-launcher', 'at-spi2-core'],
    ['/usr/lib/python3/dist-packages/pyatspi/__init__.py', 'python3-pyatspi'],
    ['/usr/bin/chromium', 'chromium'],
    ['/usr/bin/firefox-esr', 'firefox-esr'],
  ],
} as const satisfies Record<string, readonly Prerequisite[]>;

export type Purpose = keyof typeof prerequisites;

/** The machine that the lab runs on; a port, so that tests can replace it. */
export interface Machine {
  has(programOrFile: string): boolean;
  /** Whether this process can install packages: as root, on Debian or a derived system. */
  canInstall(): boolean;
  /** Installs Debian packages and returns the exit code. */
  install(packages: readonly string[]): number;
}

/**
 * Checks the prerequisites of `purposes`, and installs missing packages if possible, with a message. Call it before the boot:
 * an installation would replace files that a running guest uses.
 * @throws {UnavailableError} if a prerequisite is missing and cannot be installed.
 */
export function ensurePrerequisites(
  purposes: readonly Purpose[],
  onMessage: (line: string) => void,
  machine = thisMachine,
): void {
  const missing = findMissing(purposes, machine);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (machine.canInstall()) {
    onMessage(`Installing ${packages.join(' ')} (apt-get) ...`);
    machine.install(packages);
  }
  const stillMissing = findMissing(purposes, machine);
  if (stillMissing.length === 0) return;
  throw new UnavailableError(
    `The kernel lab cannot run on this machine: ${stillMissing.map(([what]) => what).join(', ')} ${stillMissing.length === 1 ? 'is' : 'are'} missing. ` +
      `Install the Debian 12 packages that contain them: apt-get install ${[...new Set(stillMissing.map(([, name]) => name))].join(' ')}`,
  );
}

const findMissing = (purposes: readonly Purpose[], { has }: Machine): Prerequisite[] =>
  purposes.flatMap((purpose) => (prerequisites[purpose] as readonly Prerequisite[]).filter(([what]) => !has(what)));

/** Folders of administration programs, which are not in every user's search path. */
const systemFolders = ['/usr/sbin', '/sbin'];

export const thisMachine: Machine = {
  has(what) {
    if (isAbsolute(what)) return isAccessible(what, constants.R_OK);
    const folders = [...(process.env.PATH ?? '').split(delimiter), ...systemFolders];
    return folders.some((folder) => isAccessible(join(folder, what), constants.X_OK));
  },
  canInstall: () => process.getuid?.() === 0 && isAccessible('/usr/bin/apt-get', constants.X_OK),
  install(packages) {
    const apt = (...args: string[]) =>
      spawnSync('/usr/bin/apt-get', ['-q', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status ?? 1;
    return apt('update') || apt('install', '-y', '--no-install-recommends', ...packages);
  },
};

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
