/**
 * `touchstone keys` and `touchstone run --device` use a key of the lab like a real one: the kernel finds it, programs reach it
 * through hidraw or over USB, a browser registers it, and it is unplugged during a command.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LabCase, LabJob, LabTransport } from '../case.ts';
import { guestScriptPath, startKey, touchstoneCommand, waitUntil, withHighPriority } from './scripts.ts';

const titles: Record<LabTransport, string> = { uhid: 'real key over uhid', usbip: 'real key over USB/IP' };

/** Returns the job for one transport. */
export const createRealKeyJob = (transport: LabTransport): LabJob => ({
  id: `real-key.${transport}`,
  title: titles[transport],
  transport,
  withBrowser: true,
  cases: [
    plugInCase[transport],
    listCase(addressPatterns[transport]),
    ...registrationCases,
    ...(transport === 'usbip' ? usbCases : []),
    unplugCase,
  ],
  source: { file: 'src/lab/jobs/real-key.ts', readText: () => readFileSync(import.meta.filename, 'utf8') },
});

const persona = 'yubikey-5-nfc';
const controlApiPort = 8080;
/** Time limits of cases that start Touchstone or a browser, which load slowly in a guest on a busy machine. */
const startSeconds = 240;
const runSeconds = 420;

const runWithPriority = (args: string): string => withHighPriority(touchstoneCommand(args));
const startTestKey = (transport: LabTransport) =>
  startKey(transport, persona, { moreArgs: `--touch auto --http :${controlApiPort}`, toCommand: runWithPriority });

const plugInCase: Record<LabTransport, LabCase> = {
  uhid: {
    id: 'plugged-in',
    title: 'Linux creates a hidraw node for the key',
    timeLimitSeconds: startSeconds,
    run: `${startTestKey('uhid')}
${waitUntil('ls /dev/hidraw*')}
ls /dev/hidraw*`,
    expectedOutput: { node: /^\/dev\/hidraw\d$/m },
  },
  usbip: {
    id: 'plugged-in',
    title: 'usbip attach attaches the key',
    timeLimitSeconds: startSeconds,
    run: `${startTestKey('usbip')}
${waitUntil('usbip list -r 127.0.0.1')}
usbip attach -r 127.0.0.1 -b 1-1
${waitUntil('ls /dev/hidraw*')}
ls /dev/hidraw*`,
    expectedOutput: { node: /^\/dev\/hidraw\d$/m },
  },
};

const addressPatterns: Record<LabTransport, RegExp> = {
  uhid: /"addresses": \[\s*"hidraw:\/dev\/hidraw\d"\s*\]/,
  usbip: /"addresses": \[\s*"hidraw:\/dev\/hidraw\d",\s*"usb:\d-1"\s*\]/,
};

const listCase = (addresses: RegExp): LabCase => ({
  id: 'keys-json',
  title: 'touchstone keys --json lists the key with all its addresses',
  timeLimitSeconds: startSeconds,
  run: touchstoneCommand('keys --json'),
  expectedOutput: { addresses, model: /"model": "YubiKey 5.*NFC/, PIN: /"state": "unset"/, usable: /"usable": true/ },
});

const scenario = (name: string): string => `'${resolve(import.meta.dirname, '../../../scenarios', name)}'`;
/** The PIN that the first scenario sets. */
const pin = '246810';

/** Returns a script that runs a scenario in a headless browser. The reports stay in the guest. */
const runOn = (device: string, name: string, moreArgs: string): string =>
  runWithPriority(`run ${scenario(name)} --device ${device} ${moreArgs} --workers 1 --output reports`);
const knownPinArgs = `--grep known-pin --pin-from env:KEY_PIN`;

const registrationCases: LabCase[] = [
  {
    id: 'run-hidraw',
    title: 'touchstone run --device registers the key through hidraw and creates its PIN',
    timeLimitSeconds: runSeconds,
    run: runOn('"hidraw:$key"', 'security-key.new-pin.yaml', '--destroy-credentials "hidraw:$key"'),
    expectedOutput: { verdict: /1 of 1 case passed/ },
  },
  {
    id: 'run-refused',
    title: 'touchstone run --device refuses a destructive case without permission',
    timeLimitSeconds: startSeconds,
    run: runOn('"hidraw:$key"', 'security-key.new-pin.yaml', ''),
    exitCode: 2,
    expectedOutput: { refusal: /would be reset to remove its PIN/ },
  },
];

const usbCases: LabCase[] = [
  {
    id: 'run-usb',
    title: 'touchstone run --device registers the key over its USB endpoints with its existing PIN',
    timeLimitSeconds: runSeconds,
    run: `export KEY_PIN=${pin}
address=$(ls /sys/bus/usb/devices | grep -E '^[0-9]+-[0-9]+$')
${runOn('"usb:$address"', 's6.security-key.yaml', knownPinArgs)}
${waitUntil('ls /dev/hidraw*')}`,
    expectedOutput: { verdict: /1 of 1 case passed/ },
  },
];

const unplugCase: LabCase = {
  id: 'run-pulled',
  title: 'touchstone run --device reports that the key was unplugged during a command',
  timeLimitSeconds: runSeconds,
  run: `export KEY_PIN=${pin}
/usr/bin/python3 ${guestScriptPath('unplug_at_touch_request.py')} ${controlApiPort} &
${runOn('"hidraw:$key"', 's6.security-key.yaml', knownPinArgs)}`,
  exitCode: 3,
  expectedOutput: { verdict: /was unplugged during authenticatorMakeCredential/ },
};
