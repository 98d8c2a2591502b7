/** Defects of the U2F commands, FIDO U2F Raw Message Formats 1.2. */
import { concat, utf8 } from '#base/bytes.ts';
import type { StatusWord } from '#protocol/apdu.ts';
import { curveGenerator } from '#protocol/deterministic-ecdsa.ts';
import { u2fInstructions } from '#protocol/u2f.ts';
import type { FaultChanges } from '../fault-hooks.ts';
import type { U2fRules } from '../transport-rules.ts';
import { defectsDetectedBy } from './defect.ts';

const withoutRule = (title: string, section: string, rule: Partial<U2fRules>, document = 'U2F 1.2') => ({
  title,
  breaks: `${document} section ${section}`,
  u2f: rule,
});

/** Changes the data of successful responses. */
const editData = (
  title: string,
  section: string,
  instruction: keyof typeof u2fInstructions,
  change: (data: Uint8Array) => Uint8Array,
) => ({
  title,
  breaks: `U2F 1.2 section ${section}`,
  u2fResponse: ((data, ins) =>
    ins === u2fInstructions[instruction] ? change(data) : data) satisfies FaultChanges['u2fResponse'],
});

const replaceStatus = (title: string, from: StatusWord, to: StatusWord) => ({
  title,
  breaks: 'U2F 1.2 section 3.3',
  u2fStatus: ((status) => (status === from ? to : status)) satisfies FaultChanges['u2fStatus'],
});

const replaceByte = (at: number, value: number) => (data: Uint8Array) =>
  data.map((byte, index) => (index === at ? value : byte));

/** Offset of the first byte of the certificate: after reserved byte, public key, length of the key handle, and key handle. */
const certificateAt = (data: Uint8Array): number => 67 + (data[66] ?? 0);

export const u2fCommandDefects = defectsDetectedBy('suite', {
  'u2f.class-unchecked': withoutRule('Commands of other classes are executed', '3.1.1', {
    refuseUnknownClasses: false,
  }),
  'u2f.instruction-unchecked': withoutRule('Unknown instructions are answered like U2F_VERSION', '3.3', {
    refuseUnknownInstructions: false,
  }),
  'u2f.lengths-unchecked': withoutRule('Data of any length is accepted', '3.3', { enforceLengths: false }),
  'u2f.short-refused': withoutRule('Commands with short lengths are refused', '3.1.1', { acceptShortLengths: false }),
  'u2f.control-unchecked': withoutRule('Control bytes that are not defined are accepted', '5.1', {
    enforceControlByte: false,
  }),
  'u2f.check-only-signs': withoutRule('check-only returns a signature', '5.1', { checkOnlyNeverSigns: false }),
  'u2f.known-key-denied': withoutRule('check-only denies that a key handle is known', '5.1', {
    reportKnownKeyHandle: false,
  }),
  'u2f.key-handle-unchecked': withoutRule('Any key handle is accepted', '5.1', { refuseUnknownKeyHandles: false }),
  'u2f.register-without-touch': withoutRule('Registers without a touch', '4.1', { requireTouchToRegister: false }),
  'u2f.authenticate-without-touch': withoutRule('Signs without a touch that the request requires', '5.1', {
    requireTouchToAuthenticate: false,
  }),
  'u2f.presence-missing': withoutRule('The user presence byte is 0 after a touch', '5.4', { reportPresence: false }),
  'u2f.presence-claimed': withoutRule('The user presence byte is 1 without a touch', '5.4', {
    neverClaimPresence: false,
  }),
  'u2f.not-shared': withoutRule(
    'U2F and CTAP2 do not share credentials',
    '10',
    { shareCredentialsWithCtap2: false },
    'CTAP 2.1',
  ),
  'u2f.always-uv-ignored': withoutRule(
    'U2F commands are executed while alwaysUv is on',
    '7.2.4',
    { refuseWithAlwaysUv: false },
    'CTAP 2.1',
  ),
  'u2f.version-other': editData('The version is U2F_V1', '6.2', 'U2F_VERSION', () => utf8('U2F_V1')),
  'u2f.reserved-byte': editData('The reserved byte of registrations is 4', '4.3', 'U2F_REGISTER', replaceByte(0, 0x04)),
  'u2f.compressed-key': editData(
    'Public keys begin with 2, as a compressed point does',
    '4.3',
    'U2F_REGISTER',
    replaceByte(1, 0x02),
  ),
  'u2f.key-shared': editData('All public keys are the same', '4.3', 'U2F_REGISTER', (data) =>
    concat(
      data.subarray(0, 2),
      curveGenerator.get(-2) as Uint8Array,
      curveGenerator.get(-3) as Uint8Array,
      data.subarray(66),
    ),
  ),
  'u2f.key-off-curve': editData('Public keys are not points of P-256', '4.3', 'U2F_REGISTER', replaceByte(40, 0xa5)),
  'u2f.key-handle-empty': editData(
    'The length of key handles is given as 0',
    '4.3',
    'U2F_REGISTER',
    replaceByte(66, 0),
  ),
  'u2f.certificate-broken': editData('The attestation certificate is not DER', '4.3', 'U2F_REGISTER', (data) =>
    replaceByte(certificateAt(data), 0x55)(data),
  ),
  'u2f.counter-zero': editData('The counter is always 0', '5.4', 'U2F_AUTHENTICATE', (data) =>
    data.map((byte, index) => (index >= 1 && index <= 4 ? 0 : byte)),
  ),
  'u2f.presence-bits': editData('Reserved bits of the user presence byte are set', '5.4', 'U2F_AUTHENTICATE', (data) =>
    data.map((byte, index) => (index === 0 ? byte | 0x80 : byte)),
  ),
  'u2f.response-truncated': editData(
    'Authentication responses are missing their last 8 bytes',
    '5.4',
    'U2F_AUTHENTICATE',
    (data) => data.slice(0, -8),
  ),
  'u2f.wrong-data-as-conditions': replaceStatus(
    'Unknown key handles are reported with SW_CONDITIONS_NOT_SATISFIED',
    'SW_WRONG_DATA',
    'SW_CONDITIONS_NOT_SATISFIED',
  ),
  'u2f.conditions-as-wrong-data': replaceStatus(
    'A missing touch is reported with SW_WRONG_DATA',
    'SW_CONDITIONS_NOT_SATISFIED',
    'SW_WRONG_DATA',
  ),
  'u2f.length-as-unknown': replaceStatus('Wrong lengths are reported with 6F00', 'SW_WRONG_LENGTH', 'SW_UNKNOWN'),
  'u2f.class-as-unknown': replaceStatus('Other classes are reported with 6F00', 'SW_CLA_NOT_SUPPORTED', 'SW_UNKNOWN'),
  'u2f.instruction-as-unknown': replaceStatus(
    'Unknown instructions are reported with 6F00',
    'SW_INS_NOT_SUPPORTED',
    'SW_UNKNOWN',
  ),
});
