/**
 * To `touchstone keys` and `touchstone run --device` a key in the lab is a real one: found by the kernel, reached through hidraw
 * or straight over USB, registered in a browser, and pulled in the middle.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LabTransport, LabCase, LabJob } from '../case.ts';
import { withHighPriority, guestScriptPath, startKey, touchstoneCommand, waitUntil } from './scripts.ts';

const titles: Record<LabTransport, string> = { uhid: 'real key over uhid', usbip: 'real key over USB/IP' };

/** One job over one carrier. */
export const createRealKeyJob = (carrier: LabTransport): LabJob => ({
  id: `real-key.${carrier}`,
  title: titles[carrier],
  transport,
  withBrowser: true,
  cases: [pluggedIn[carrier], listed(ways[carrier]), ...registered, ...(carrier === 'usbip' ? overUsb : []), pulled],
  source: { file: 'src/lab/jobs/real-key.ts', text: readFileSync(import.meta.filename, 'utf8') },
});

const persona = 'yubikey-5-nfc';
const hooksPort = 8080;
/** A guest on a busy machine takes a while to load our program, and longer for a browser. */
const startSeconds = 240;
const runSeconds = 420;

const hurried = (args: string): string => withHighPriority(touchstoneCommand(args));
const startIt = (carrier: LabTransport) =>
  startKey(carrier, persona, { more: `--touch auto --http :${hooksPort}`, run: hurried });

const pluggedIn: Record<LabTransport, LabCase> = {
  uhid: {
    id: 'plugged-in',
    title: 'Linux makes a hidraw node of the key',
    timeLimitSeconds: startSeconds,
    run: `${startIt('uhid')}
${waitUntil('ls /dev/hidraw*')}
ls /dev/hidraw*`,
    expectedOutput: { node: /^\/dev\/hidraw\d$/m },
  },
  usbip: {
    id: 'plugged-in',
    title: 'usbip attach plugs the key in',
    timeLimitSeconds: startSeconds,
    run: `${startIt('usbip')}
${waitUntil('usbip list -r 127.0.0.1')}
usbip attach -r 127.0.0.1 -b 1-1
${waitUntil('ls /dev/hidraw*')}
ls /dev/hidraw*`,
    expectedOutput: { node: /^\/dev\/hidraw\d$/m },
  },
};

const ways: Record<LabTransport, RegExp> = {
  uhid: /"addresses": \[\s*"hidraw:\/dev\/hidraw\d"\s*\]/,
  usbip: /"addresses": \[\s*"hidraw:\/dev\/hidraw\d",\s*"usb:\d-1"\s*\]/,
};

const listed = (addresses: RegExp): LabCase => ({
  id: 'keys-json',
  title: 'touchstone keys --json lists it, by every way to it',
  timeLimitSeconds: startSeconds,
  run: touchstoneCommand('keys --json'),
  expectedOutput: { addresses, model: /"model": "YubiKey 5.*NFC/, PIN: /"state": "unset"/, usable: /"usable": true/ },
});

const scenario = (name: string): string => `'${resolve(import.meta.dirname, '../../../scenarios', name)}'`;
/** The one that the first scenario gives the key. */
const pin = '246810';

/** A run in a browser without a screen; what it wrote stays in the guest. */
const runOn = (device: string, name: string, more: string): string =>
  hurried(`run ${scenario(name)} --device ${device} ${more} --workers 1 --output reports`);
const knownPin = `--grep known-pin --pin-from env:KEY_PIN`;

const registered: LabCase[] = [
  {
    id: 'run-hidraw',
    title: 'touchstone run --device registers it through hidraw, and its PIN is created on the way',
    timeLimitSeconds: runSeconds,
    run: runOn('"hidraw:$key"', 'security-key.new-pin.yaml', '--destroy-credentials "hidraw:$key"'),
    expectedOutput: { verdict: /1 of 1 case passed/ },
  },
  {
    id: 'run-refused',
    title: 'touchstone run --device changes no PIN of a key that nobody gave up',
    timeLimitSeconds: startSeconds,
    run: runOn('"hidraw:$key"', 'security-key.new-pin.yaml', ''),
    exitCode: 2,
    expectedOutput: { refusal: /it would be reset, to have no PIN/ },
  },
];

const overUsb: LabCase[] = [
  {
    id: 'run-usb',
    title: 'touchstone run --device registers it over its USB endpoints, with the PIN it has',
    timeLimitSeconds: runSeconds,
    run: `export KEY_PIN=${pin}
place=$(ls /sys/bus/usb/devices | grep -E '^[0-9]+-[0-9]+$')
${runOn('"usb:$place"', 's6.security-key.yaml', knownPin)}
${waitUntil('ls /dev/hidraw*')}`,
    expectedOutput: { verdict: /1 of 1 case passed/ },
  },
];

const pulled: LabCase = {
  id: 'run-pulled',
  title: 'touchstone run --device says that the cable was pulled in the middle',
  timeLimitSeconds: runSeconds,
  run: `export KEY_PIN=${pin}
/usr/bin/python3 ${guestScriptPath('pull_when_asked.py')} ${hooksPort} &
${runOn('"hidraw:$key"', 's6.security-key.yaml', knownPin)}`,
  exitCode: 3,
  expectedOutput: { verdict: /was unplugged during authenticatorMakeCredential/ },
};
