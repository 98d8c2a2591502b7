/**
 * Other people's command-line programs use the emulated key: libfido2's tools, OpenSSH, python-fido2. The same list over
 * both carriers; a case may use what an earlier one made (the PIN, the credentials).
 */
import { readFileSync } from 'node:fs';
import type { Carrier, LabCase, LabJob } from '../case.ts';
import { answering, guestFile, startKey, touchstone, until } from './scripts.ts';

const carriers: Record<Carrier, string> = { uhid: 'uhid', usbip: 'USB/IP' };

/** One job over one carrier. */
export const commandLineJob = (carrier: Carrier): LabJob => ({
  id: `command-line.${carrier}`,
  title: carriers[carrier],
  carrier,
  cases: [...plugIn[carrier], ...programs, ...pullOut],
  source: { file: 'src/lab/jobs/command-line.ts', text: readFileSync(import.meta.filename, 'utf8') },
});

const model = { persona: 'yubikey-5-nfc', vendor: '1050', product: '0402' };
/** The key is a program of ours that a guest on a busy machine takes a while to load. */
const startSeconds = 240;
const firstPin = '1234';
const pin = '567890';

/** What the kernel says of the hidraw node. */
const describeNode = `cat /sys/class/hidraw/*/device/uevent
od -An -v -tx1 /sys/class/hidraw/*/device/report_descriptor | tr -d ' \\n'; echo`;

/** The report descriptor of a FIDO device: usage page F1D0, 64 bytes in and out (CTAP 2.1 section 11.2.8.2). */
const fidoReports = /^06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0$/m;

const plugIn: Record<Carrier, LabCase[]> = {
  uhid: [
    {
      id: 'hidraw-over-uhid',
      title: 'Linux makes a hidraw node of the key',
      timeLimitSeconds: startSeconds,
      run: `${startKey('uhid', model.persona)}
${until('ls /dev/hidraw*')}
${describeNode}`,
      shows: { 'bus and ids': /^HID_ID=0003:00001050:00000402$/m, 'report descriptor': fidoReports },
    },
  ],
  usbip: [
    {
      id: 'usbip-list',
      title: 'usbip list finds the key on the server',
      timeLimitSeconds: startSeconds,
      run: `${startKey('usbip', model.persona)}
${until('usbip list -r 127.0.0.1')}
usbip list -r 127.0.0.1`,
      shows: { device: /^\s*1-1: .*\(1050:0402\)$/m },
    },
    {
      id: 'usbip-attach',
      title: 'usbip attach plugs it in, Linux makes a hidraw node of it',
      run: `usbip attach -r 127.0.0.1 -b 1-1
${until('ls /dev/hidraw*')}
usbip port
${describeNode}`,
      shows: {
        port: /Port 0\d: <Port in Use> at Full Speed\(12Mbps\)/,
        'bus and ids': /^HID_ID=0003:00001050:00000402$/m,
        'report descriptor': fidoReports,
      },
    },
    {
      id: 'lsusb',
      title: 'lsusb reads descriptors and strings',
      run: `lsusb -v -d ${model.vendor}:${model.product}`,
      shows: {
        maker: /iManufacturer +\d Yubico/,
        product: /iProduct +\d YubiKey/,
        class: /bInterfaceClass +3 Human Interface Device/,
        'interrupt in': /bEndpointAddress +0x81 +EP 1 IN/,
        'interrupt out': /bEndpointAddress +0x01 +EP 1 OUT/,
        'packet size': /wMaxPacketSize +0x0040 +1x 64 bytes/,
      },
      hides: { 'broken descriptor': /unknown|Warning|Descriptor too short/i },
    },
  ],
};

const clientDataHash = 'dd if=/dev/urandom bs=32 count=1 2>/dev/null | base64';

const programs: LabCase[] = [
  {
    id: 'token-list',
    title: 'fido2-token -L lists the key',
    run: 'fido2-token -L',
    shows: { key: /^\/dev\/hidraw\d: vendor=0x1050, product=0x0402 /m },
  },
  {
    id: 'token-info',
    title: 'fido2-token -I reads what it can',
    run: 'fido2-token -I "$key"',
    shows: {
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
    run: `${answering(
      [
        ['Enter new PIN', firstPin],
        ['Enter the same PIN again', firstPin],
      ],
      'fido2-token -S "$key"',
    )}
fido2-token -I "$key"`,
    shows: { 'PIN is set': /^options: .*[ ,]clientPin\b/m },
  },
  {
    id: 'token-change-pin',
    title: 'fido2-token -C changes the PIN',
    run: answering(
      [
        ['Enter current PIN', firstPin],
        ['Enter new PIN', pin],
        ['Enter the same PIN again', pin],
      ],
      'fido2-token -C "$key"',
    ),
    shows: { questions: /Enter current PIN/ },
    hides: { error: /FIDO_ERR/ },
  },
  {
    id: 'token-wrong-pin',
    title: 'fido2-token -C with the old PIN is refused and costs a retry',
    run: `${answering(
      [
        ['Enter current PIN', firstPin],
        ['Enter new PIN', pin],
        ['Enter the same PIN again', pin],
      ],
      'fido2-token -C "$key"',
    )} && exit 9
fido2-token -I "$key"`,
    shows: { refusal: /FIDO_ERR_PIN_INVALID/, 'PIN retries': /^pin retries: 7$/m },
  },
  {
    id: 'cred-make',
    title: 'fido2-cred -M makes a credential',
    run: `{ ${clientDataHash}; echo example.com; echo alice; echo alice-id | base64; } >request
${answering([['Enter PIN', pin]], 'fido2-cred -M -i request -o made "$key"')}
cat made`,
    shows: { format: /^packed$/m },
  },
  {
    id: 'cred-verify',
    title: 'fido2-cred -V verifies it and its attestation',
    run: `fido2-cred -V -i made -o credential
cat credential`,
    shows: { 'public key': /-----BEGIN PUBLIC KEY-----/ },
  },
  {
    id: 'assert-get',
    title: 'fido2-assert -G signs with PIN',
    run: `{ ${clientDataHash}; echo example.com; head -n 1 credential; } >request
${answering([['Enter PIN', pin]], 'fido2-assert -G -v -i request -o assertion "$key"')}
cat assertion`,
    shows: { 'relying party': /^example\.com$/m },
  },
  {
    id: 'assert-verify',
    title: 'fido2-assert -V verifies signature, presence and PIN',
    run: `tail -n +2 credential >public-key
fido2-assert -V -p -v -i assertion public-key es256 && echo verified
sed '4s/^..../AAAA/' assertion >broken
fido2-assert -V -p -v -i broken public-key es256 || echo "a changed signature is refused"`,
    shows: { verified: /^verified$/m, 'changed signature': /^a changed signature is refused$/m },
  },
  {
    id: 'cred-resident',
    title: 'fido2-cred -M -r makes a discoverable credential, fido2-token -L -k lists it',
    run: `{ ${clientDataHash}; echo example.org; echo bob; echo bob-id | base64; } >request
${answering([['Enter PIN', pin]], 'fido2-cred -M -r -i request -o resident "$key"')}
${answering([['Enter PIN', pin]], 'fido2-token -L -r "$key"')}
${answering([['Enter PIN', pin]], 'fido2-token -L -k example.org "$key"')}`,
    shows: { 'relying party': /example\.org/, user: /Ym9iLWlkCg== es256/ },
  },
  {
    id: 'token-delete',
    title: 'fido2-token -D deletes it',
    run: `id=$(sed -n 5p resident)
${answering([['Enter PIN', pin]], 'fido2-token -D -i "$id" "$key"')}
${answering([['Enter PIN', pin]], 'fido2-token -L -r "$key"')}`,
    exitCode: 1, // the list is empty, which the tool calls an error
    shows: { 'nothing left': /FIDO_ERR_NO_CREDENTIALS$/ },
    hides: { 'relying party': /example\.org/ },
  },
  {
    id: 'ssh-keygen-ed25519',
    title: 'ssh-keygen -t ed25519-sk makes a key, signs and verifies',
    run: sshKey('ed25519-sk'),
    shows: { type: /^sk-ssh-ed25519@openssh\.com /m, signature: /Good "touchstone" signature/ },
  },
  {
    id: 'ssh-keygen-ecdsa',
    title: 'ssh-keygen -t ecdsa-sk makes a key, signs and verifies',
    run: sshKey('ecdsa-sk'),
    shows: { type: /^sk-ecdsa-sha2-nistp256@openssh\.com /m, signature: /Good "touchstone" signature/ },
  },
  {
    id: 'python-fido2',
    title: 'python-fido2 registers and signs in through its own hidraw backend',
    run: `/usr/bin/python3 ${guestFile('python_fido2_hid.py')} ${pin}`,
    shows: {
      aaguid: /"aaguid": "2fc0579f811347eab116bb5a8db9202a"/,
      format: /"fmt": "packed"/,
      PIN: /"verified": true/,
    },
  },
  {
    id: 'touchstone-keys',
    title: 'touchstone keys lists it with its model and the state of its PIN',
    timeLimitSeconds: startSeconds,
    run: touchstone('keys --json'),
    shows: {
      address: /hidraw\d/,
      model: /"model": "YubiKey 5.*NFC/,
      aaguid: /"aaguid": "2fc0579f-8113-47ea-b116-bb5a8db9202a"/,
      PIN: /"retries": 8/,
    },
  },
];

function sshKey(type: string): string {
  return `rm -f id id.pub message.sig
${answering([['PIN', pin]], `ssh-keygen -q -t ${type} -N '' -C lab -f id`)}
cat id.pub
echo "a message" >message
ssh-keygen -Y sign -f id -n touchstone message
echo "lab $(cut -d' ' -f1,2 id.pub)" >allowed
ssh-keygen -Y verify -f allowed -I lab -n touchstone -s message.sig <message`;
}

const pullOut: LabCase[] = [
  {
    id: 'pulled',
    title: 'fido2-token -L lists nothing after the key was pulled',
    run: `kill "$(cat key.pid)"
${until('! ls /dev/hidraw*')}
fido2-token -L; echo "end of the list"`,
    shows: { 'empty list': /^end of the list$/ },
  },
];
