/**
 * Installs the programs that the interop tests need, Firefox and the headless shell of Chromium, from the Linux distribution. Tests whose
 * program is missing are skipped; without the headless shell, they use Chromium.
 */
import { existsSync } from 'node:fs';
import { run } from './child.mjs';
import { say, step } from './step.mjs';

/**
 * @typedef {object} InteropTool
 * @property {string} name the Debian package
 * @property {string} proof one of its files
 * @property {string} [instead] a file of another package that serves the tests as well
 * @property {string} [tests] the tests that are skipped without it; undefined if they are only slower
 *
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
  { name: 'tshark', proof: '/usr/bin/tshark', tests: 'packet captures for Wireshark' },
  { name: 'chromium-headless-shell', proof: '/usr/bin/chromium-headless-shell' },
  { name: 'firefox-esr', proof: '/usr/bin/firefox-esr', instead: '/usr/bin/firefox', tests: 'Firefox' },
];

/** @type {Machine} */
const thisMachine = {
  has: existsSync,
  canInstall: process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'),
  isCi: Boolean(process.env.CI),
  install: (names) => step(`Installing interop tools (apt-get install ${names.join(' ')})`, () => aptInstall(names)),
  say,
};

/** Installs what is missing and prints which tests will be skipped. Never fails, because tests without their tools are skipped. */
export async function ensureInteropTools(machine = thisMachine) {
  const findMissing = () =>
    interopTools.filter(({ proof, instead }) => !machine.has(proof) && !(instead && machine.has(instead)));
  const missing = findMissing();
  if (missing.length > 0 && machine.canInstall) await machine.install(missing.map(({ name }) => name));
  const stillMissing = findMissing().filter(({ tests }) => tests !== undefined);
  if (stillMissing.length === 0) return;
  const tests = [...new Set(stillMissing.map((tool) => tool.tests))].join(', ');
  const names = stillMissing.map(({ name }) => name).join(' ');
  const reason = machine.canInstall
    ? 'could not be installed'
    : 'are not installed, and only root on Debian or Ubuntu can';
  machine.say(`Interop tests that will be skipped: ${tests}; ${names} ${reason}`);
  if (machine.isCi && machine.canInstall)
    machine.say(`WARNING: THIS CI RUN DOES NOT PROVE INTEROPERABILITY: apt-get install ${names} failed, see above`);
}

/**
 * Installs one package at a time if all together cannot be installed: a distribution may lack one of them, as Ubuntu lacks
 * firefox-esr. Returns whether all are installed.
 * @param {string[]} names
 */
async function aptInstall(names) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = async (/** @type {string[]} */ some) =>
    (await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...some], { quiet: true, env })) === 0;
  if ((await run('apt-get', ['update', '-q'], { quiet: true, env })) !== 0) return false;
  if (await install(names)) return true;
  const outcomes = [];
  for (const name of names) outcomes.push(await install([name]));
  return outcomes.every(Boolean);
}
