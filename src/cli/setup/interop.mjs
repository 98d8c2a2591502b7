/** Other people's tools, which the interop tests let use the emulator: installed from the distribution where that is possible, else the tests are skipped. */
import { existsSync } from 'node:fs';
import { run } from './child.mjs';
import { say, step } from './step.mjs';

/**
 * @typedef {{ name: string, proof: string, tests: string }} InteropTool the Debian package, a file of it, and which tests want it
 * @typedef {{ has: (file: string) => boolean, canInstall: boolean, isCi: boolean, install: (names: string[]) => Promise<boolean>, say: (line: string) => void }} Machine
 */

/** @type {readonly InteropTool[]} */
export const interopTools = [
  { name: 'python3-fido2', proof: '/usr/lib/python3/dist-packages/fido2', tests: 'python-fido2' },
  { name: 'python3-pyscard', proof: '/usr/lib/python3/dist-packages/smartcard', tests: 'python-fido2 over PC/SC' },
  { name: 'libfido2-dev', proof: '/usr/include/fido.h', tests: 'libfido2' },
  { name: 'gcc', proof: '/usr/bin/cc', tests: 'libfido2' },
  { name: 'libc6-dev', proof: '/usr/include/stdio.h', tests: 'libfido2' },
  { name: 'pcscd', proof: '/usr/sbin/pcscd', tests: 'PC/SC' },
  { name: 'vsmartcard-vpcd', proof: '/usr/lib/pcsc/drivers/serial/libifdvpcd.so', tests: 'PC/SC' },
];

/** @type {Machine} */
const thisMachine = {
  has: existsSync,
  canInstall: process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'),
  isCi: Boolean(process.env.CI),
  install: (names) => step(`installing interop tools (apt-get install ${names.join(' ')})`, () => aptInstall(names)),
  say,
};

/** Installs what is missing, and says what is left out. Never ends the set-up: without the tools their tests are skipped. */
export async function ensureInteropTools(machine = thisMachine) {
  const missing = () => interopTools.filter(({ proof }) => !machine.has(proof));
  const wanted = missing();
  if (wanted.length > 0 && machine.canInstall) await machine.install(wanted.map(({ name }) => name));
  const left = missing();
  if (left.length === 0) return;
  const tests = [...new Set(left.map((tool) => tool.tests))].join(', ');
  const names = left.map(({ name }) => name).join(' ');
  const why = machine.canInstall
    ? 'could not be installed'
    : 'are not installed, and only root on Debian or Ubuntu can';
  machine.say(`interop tests that will be skipped: ${tests}; ${names} ${why}`);
  if (machine.isCi && machine.canInstall)
    machine.say(`WARNING: THIS CI RUN DOES NOT PROVE INTEROPERABILITY: apt-get install ${names} failed, see above`);
}

/** @param {string[]} names */
async function aptInstall(names) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-q', '--no-install-recommends', ...names];
  return (
    (await run('apt-get', ['update', '-q'], { quiet: true, env })) === 0 &&
    (await run('apt-get', install, { quiet: true, env })) === 0
  );
}
