/** What the lab needs of the machine: programs and files, and the Debian packages that have them. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { UnavailableError } from '#base/errors.ts';

/** A program in the search path or a file by its absolute path, and the package to install when it is missing. */
type Need = readonly [programOrFile: string, debianPackage: string];

/** The needs of each purpose. */
export const needs = {
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
} as const satisfies Record<string, readonly Need[]>;

export type Purpose = keyof typeof needs;

/** The machine as this room sees it; tests play another one. */
export interface Machine {
  has(programOrFile: string): boolean;
  /** Whether packages can be installed by us: root, on Debian or a system made from it. */
  canInstall(): boolean;
  /** Installs Debian packages; the exit code. */
  install(packages: readonly string[]): number;
}

/**
 * Sees to it that everything is there that `purposes` need; installs what is missing where that is possible, saying so.
 * Installing while a guest runs would pull files away from under it: call this before the boot.
 * @throws {UnavailableError} when something is missing after all.
 */
export function ensureNeeds(purposes: readonly Purpose[], say: (line: string) => void, machine = thisMachine): void {
  const missing = missingOf(purposes, machine);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (machine.canInstall()) {
    say(`installing ${packages.join(' ')} (apt-get) ...`);
    machine.install(packages);
  }
  const left = missingOf(purposes, machine);
  if (left.length === 0) return;
  throw new UnavailableError(
    `the kernel lab cannot run on this machine: ${left.map(([what]) => what).join(', ')} ${left.length === 1 ? 'is' : 'are'} missing. ` +
      `Wanted are the Debian packages ${[...new Set(left.map(([, name]) => name))].join(' ')} (Debian 12: apt-get install them, as root).`,
  );
}

const missingOf = (purposes: readonly Purpose[], { has }: Machine): Need[] =>
  purposes.flatMap((purpose) => (needs[purpose] as readonly Need[]).filter(([what]) => !has(what)));

/** Programs of the system's administration are not in everybody's search path. */
const systemFolders = ['/usr/sbin', '/sbin'];

const thisMachine: Machine = {
  has(what) {
    if (isAbsolute(what)) return allows(what, constants.R_OK);
    const folders = [...(process.env.PATH ?? '').split(delimiter), ...systemFolders];
    return folders.some((folder) => allows(join(folder, what), constants.X_OK));
  },
  canInstall: () => process.getuid?.() === 0 && allows('/usr/bin/apt-get', constants.X_OK),
  install(packages) {
    const apt = (...args: string[]) =>
      spawnSync('/usr/bin/apt-get', ['-q', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status ?? 1;
    return apt('update') || apt('install', '-y', '--no-install-recommends', ...packages);
  },
};

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
