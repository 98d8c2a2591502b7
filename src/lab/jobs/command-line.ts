/**
 * Unmodified command-line programs use the emulated key: the tools of libfido2, OpenSSH, python-fido2. The same cases run over
 * both transports. A case may use what an earlier one created (PIN, credentials).
 */
import { readFileSync } from 'node:fs';
import type { LabCase, LabJob, LabTransport } from '../case.ts';
import { answerPrompts, guestScriptPath, startKey, touchstoneCommand, waitUntil } from './scripts.ts';

const transportNames: Record<LabTransport, string> = { uhid: 'uhid', usbip: 'USB/IP' };

/** Returns the job for one transport. */
export const createCommandLineJob = (transport: LabTransport): LabJob => ({
  id: `command-line.${transport}`,
  title: transportNames[transport],
  transport,
  cases: [...plugInCases[transport], ...programCases, ...unplugCases],
  source: { file: 'src/lab/jobs/command-line.ts', readText: () => readFileSync(import.meta.filename, 'utf8') },
});

const model = { persona: 'yubikey-5-nfc', vendor: '1050', product: '0402' };
/** Time limit of cases that start Touchstone, which loads slowly in a guest on a busy machine. */
const startSeconds = 240;
const firstPin = '1234';
const pin = '567890';

/** Prints what the kernel reports about the hidraw node. */
const describeHidraw = `cat /sys/class/hidraw/*/device/uevent
od -An -v -tx1 /sys/class/hidraw/*/device/report_descriptor | tr -d ' \\n'; echo`;

/** Report descriptor of a FIDO device: usage page F1D0, 64 bytes in each direction (CTAP 2.1 section 11.2.8.2). */
const fidoReportDescriptor = /^06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0$/m;

const plugInCases: Record<LabTransport, LabCase[]> = {
  uhid: [
    {
      id: 'hidraw-over-uhid',
      title: 'Linux creates a hidraw node for the key',
      timeLimitSeconds: startSeconds,
      run: `${startKey('uhid', model.persona)}
${waitUntil('ls /dev/hidraw*')}
${describeHidraw}`,
      expectedOutput: { 'bus and ids': /^HID_ID=0003:00001050:00000402$/m, 'report descriptor': fidoReportDescriptor },
    },
  ],
  usbip: [
    {
      id: 'usbip-list',
      title: 'usbip list finds the key on the server',
      timeLimitSeconds: startSeconds,
      run: `${startKey('usbip', model.persona)}
${waitUntil('usbip list -r 127.0.0.1')}
usbip list -r 127.0.0.1`,
      expectedOutput: { device: /^\s*1-1: .*\(1050:0402\)$/m },
    },
    {
      id: 'usbip-attach',
      title: 'usbip attach attaches the key, and Linux creates a hidraw node',
      run: `usbip attach -r 127.0.0.1 -b 1-1
${waitUntil('ls /dev/hidraw*')}
usbip port
${describeHidraw}`,
      expectedOutput: {
        port: /Port 0\d: <Port in Use> at Full Speed\(12Mbps\)/,
        'bus and ids': /^HID_ID=0003:00001050:00000402$/m,
        'report descriptor': fidoReportDescriptor,
      },
    },
    {
      id: 'lsusb',
      title: 'lsusb reads descriptors and strings',
      run: `lsusb -v -d ${model.vendor}:${model.product}`,
      expectedOutput: {
        manufacturer: /iManufacturer +\d Yubico/,
        product: /iProduct +\d YubiKey/,
        class: /bInterfaceClass +3 Human Interface Device/,
        'interrupt in': /bEndpointAddress +0x81 +EP 1 IN/,
        'interrupt out': /bEndpointAddress +0x01 +EP 1 OUT/,
        'packet size': /wMaxPacketSize +0x0040 +1x 64 bytes/,
      },
      forbiddenOutput: { 'broken descriptor': /unknown|Warning|Descriptor too short/i },
    },
  ],
};

const clientDataHash = 'dd if=/dev/urandom bs=32 count=1 2>/dev/null | base64';

const programCases: LabCase[] = [
  {
    id: 'token-list',
    title: 'fido2-token -L lists the key',
    run: 'fido2-token -L',
    expectedOutput: { key: /^\/dev\/hidraw\d: vendor=0x1050, product=0x0402 /m },
  },
  {
    id: 'token-info',
    title: 'fido2-token -I reads the features of the key',
    run: 'fido2-token -I "$key"',
    expectedOutput: {
      protocol: /^proto: 0x02$/m,
      versions: /^version strings: .*FIDO_2_0/m,
      aaguid: /^aaguid: 2fc0579f811347eab116bb5a8db9202a$/m,
      options: /^options: .*\bnoclientPin\b/m,
      'PIN retries': /^pin retries: 8$/m,
    },
  },
  {
    id: 'token-set-pin',
    title: 'fido2-token -S sets the first PIN',
    run: `${answerPrompts(
      [
        ['Enter new PIN', firstPin],
        ['Enter the same PIN again', firstPin],
      ],
      'fido2-token -S "$key"',
    )}
fido2-token -I "$key"`,
    expectedOutput: { 'PIN is set': /^options: .*[ ,]clientPin\b/m },
  },
  {
    id: 'token-change-pin',
    title: 'fido2-token -C changes the PIN',
    run: answerPrompts(
      [
        ['Enter current PIN', firstPin],
        ['Enter new PIN', pin],
        ['Enter the same PIN again', pin],
      ],
      'fido2-token -C "$key"',
    ),
    expectedOutput: { prompt: /Enter current PIN/ },
    forbiddenOutput: { error: /FIDO_ERR/ },
  },
  {
    id: 'token-wrong-pin',
    title: 'fido2-token -C with a wrong PIN fails and decrements the retries',
    run: `${answerPrompts(
      [
        ['Enter current PIN', firstPin],
        ['Enter new PIN', pin],
        ['Enter the same PIN again', pin],
      ],
      'fido2-token -C "$key"',
    )} && exit 9
fido2-token -I "$key"`,
    expectedOutput: { refusal: /FIDO_ERR_PIN_INVALID/, 'PIN retries': /^pin retries: 7$/m },
  },
  {
    id: 'cred-make',
    title: 'fido2-cred -M creates a credential',
    run: `{ ${clientDataHash}; echo example.com; echo alice; echo alice-id | base64; } >request
${answerPrompts([['Enter PIN', pin]], 'fido2-cred -M -i request -o attestation "$key"')}
cat attestation`,
    expectedOutput: { format: /^packed$/m },
  },
  {
    id: 'cred-verify',
    title: 'fido2-cred -V verifies the credential and its attestation',
    run: `fido2-cred -V -i attestation -o credential
cat credential`,
    expectedOutput: { 'public key': /-----BEGIN PUBLIC KEY-----/ },
  },
  {
    id: 'assert-get',
    title: 'fido2-assert -G creates an assertion with the PIN',
    run: `{ ${clientDataHash}; echo example.com; head -n 1 credential; } >request
${answerPrompts([['Enter PIN', pin]], 'fido2-assert -G -v -i request -o assertion "$key"')}
cat assertion`,
    expectedOutput: { 'relying party': /^example\.com$/m },
  },
  {
    id: 'assert-verify',
    title: 'fido2-assert -V verifies signature, user presence and user verification',
    run: `tail -n +2 credential >public-key
fido2-assert -V -p -v -i assertion public-key es256 && echo verified
sed '4s/^..../AAAA/' assertion >broken
fido2-assert -V -p -v -i broken public-key es256 || echo "the changed signature is rejected"`,
    expectedOutput: { verified: /^verified$/m, 'changed signature': /^the changed signature is rejected$/m },
  },
  {
    id: 'cred-resident',
    title: 'fido2-cred -M -r creates a discoverable credential, and fido2-token -L -k lists it',
    run: `{ ${clientDataHash}; echo example.org; echo bob; echo bob-id | base64; } >request
${answerPrompts([['Enter PIN', pin]], 'fido2-cred -M -r -i request -o resident "$key"')}
${answerPrompts([['Enter PIN', pin]], 'fido2-token -L -r "$key"')}
${answerPrompts([['Enter PIN', pin]], 'fido2-token -L -k example.org "$key"')}`,
    expectedOutput: { 'relying party': /example\.org/, user: /Ym9iLWlkCg== es256/ },
  },
  {
    id: 'token-delete',
    title: 'fido2-token -D deletes the credential',
    run: `id=$(sed -n 5p resident)
${answerPrompts([['Enter PIN', pin]], 'fido2-token -D -i "$id" "$key"')}
${answerPrompts([['Enter PIN', pin]], 'fido2-token -L -r "$key"')}`,
    exitCode: 1, // fido2-token fails for an empty list
    expectedOutput: { 'empty list': /FIDO_ERR_NO_CREDENTIALS$/ },
    forbiddenOutput: { 'relying party': /example\.org/ },
  },
  {
    id: 'ssh-keygen-ed25519',
    title: 'ssh-keygen -t ed25519-sk creates a key, signs and verifies',
    run: useSshKey('ed25519-sk'),
    expectedOutput: { type: /^sk-ssh-ed25519@openssh\.com /m, signature: /Good "touchstone" signature/ },
  },
  {
    id: 'ssh-keygen-ecdsa',
    title: 'ssh-keygen -t ecdsa-sk creates a key, signs and verifies',
    run: useSshKey('ecdsa-sk'),
    expectedOutput: { type: /^sk-ecdsa-sha2-nistp256@openssh\.com /m, signature: /Good "touchstone" signature/ },
  },
  {
    id: 'python-fido2',
    title: 'python-fido2 registers and signs in through its own hidraw backend',
    run: `/usr/bin/python3 ${guestScriptPath('python_fido2_hid.py')} ${pin}`,
    expectedOutput: {
      aaguid: /"aaguid": "2fc0579f811347eab116bb5a8db9202a"/,
      format: /"fmt": "packed"/,
      PIN: /"verified": true/,
    },
  },
  {
    id: 'touchstone-keys',
    title: 'touchstone keys lists the key with its model and PIN state',
    timeLimitSeconds: startSeconds,
    run: touchstoneCommand('keys --json'),
    expectedOutput: {
      address: /hidraw\d/,
      model: /"model": "YubiKey 5.*NFC/,
      aaguid: /"aaguid": "2fc0579f-8113-47ea-b116-bb5a8db9202a"/,
      PIN: /"retries": 8/,
    },
  },
];

/** Returns a script that creates an SSH key on the security key, signs a message and verifies the signature. */
function useSshKey(type: string): string {
  return `rm -f id id.pub message.sig
${answerPrompts([['PIN', pin]], `ssh-keygen -q -t ${type} -N '' -C lab -f id`)}
cat id.pub
echo "a message" >message
ssh-keygen -Y sign -f id -n touchstone message
echo "lab $(cut -d' ' -f1,2 id.pub)" >allowed
ssh-keygen -Y verify -f allowed -I lab -n touchstone -s message.sig <message`;
}

const unplugCases: LabCase[] = [
  {
    id: 'pulled',
    title: 'fido2-token -L lists nothing after the key was unplugged',
    run: `kill "$(cat key.pid)"
${waitUntil('! ls /dev/hidraw*')}
fido2-token -L; echo "end of the list"`,
    expectedOutput: { 'empty list': /^end of the list$/ },
  },
];
