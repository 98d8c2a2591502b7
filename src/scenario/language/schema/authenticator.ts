/** `authenticator:` and `this-device:` of a scenario. */
import { z } from 'zod';
import { type AttestationFormatId, attestationFormats } from '#protocol/attestation-formats.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { aaguid, algorithm, exactlyOneOf } from './units.ts';
import { wholeCommandName } from './wire.ts';

const pinMessage = 'Expected unset, blocked or a PIN such as { set: "1234" }';
const pin = z.union([
  z.enum(['unset', 'blocked'], { error: pinMessage }),
  z.strictObject(
    {
      set: z.string({ error: 'Expected a PIN in quotes, e.g. "1234"' }).describe('PIN of the key'),
      retries: z.int().min(0).max(8).optional().describe('PIN retries left when the case starts'),
    },
    { error: ({ code }) => (code === 'invalid_type' ? pinMessage : undefined) },
  ),
]);

const statusName = z.enum(Object.keys(ctapStatus) as [CtapStatusName, ...CtapStatusName[]]);

/** Attestation by format; `packed` has a certificate. Without `compound`, which nests deeper than clients accept. */
const formats = Object.keys(attestationFormats) as [AttestationFormatId, ...AttestationFormatId[]];
const attestations = [...formats.filter((fmt) => fmt !== 'compound'), 'packed-self', 'packed-enterprise'] as [
  Exclude<AttestationFormatId, 'compound'>,
  'packed-self',
  'packed-enterprise',
];

/** A fault of the key during a command. */
const commandFault = z.strictObject({
  at: wholeCommandName.describe('Command during which the fault occurs, e.g. makeCredential'),
  when: z
    .union([z.enum(['arrival', 'before-answer']), z.strictObject({ 'after-keepalives': z.int().positive() })])
    .optional()
    .describe(
      'Before the command is processed, before its answer is sent (default), or while the key waits for a touch',
    ),
  do: z
    .union([z.enum(['disconnect', 'power-cut', 'silence', 'truncate']), z.strictObject({ status: statusName })])
    .describe('The fault; a status replaces the answer'),
});
export type ScenarioCommandFault = z.output<typeof commandFault>;

const serial = z.string({ error: 'Expected a serial number in quotes, e.g. "5234567"' }).min(1);
const keySelector = exactlyOneOf({
  serial: serial.describe('Serial number that touchstone keys prints'),
  aaguid: aaguid.describe('The only key of this model'),
  path: z.string().min(1).describe('Address, e.g. hidraw:/dev/hidraw3 or udp:127.0.0.1:8111'),
  any: z.literal(true).describe('The only key that is plugged in'),
});

/** Selects the key of a case. After validation it is a text as in the option `--device`. */
const device = z
  .union([z.string({ error: 'Expected a device such as any, emulator or { serial: "5234567" }' }).min(1), keySelector])
  .transform((selector) => {
    if (typeof selector === 'string') return selector;
    const [value] = Object.values(selector);
    return typeof value === 'string' ? value : 'any';
  })
  .describe('Real key to use: any, { serial: "5234567" }, { aaguid: … } or { path: … }; emulator: the persona');

/** Returns the text form of a device in a scenario; undefined if it is not valid. */
export const parseDeviceName = (value: unknown): string | undefined => device.safeParse(value).data;

/** Returns true if `device` is a real key and not the emulator. */
export const isRealKey = (device: string | undefined): device is string =>
  device !== undefined && device !== 'emulator';

/** Returns the tag that marks the cases of a real key for the test engine. */
export const keyTag = (device: string): string => `@key:${encodeURIComponent(device)}`;

export const authenticator = z
  .strictObject({
    persona: z.string().min(1).optional().describe('Model to emulate, e.g. yubikey-5-nfc'),
    device: device.optional(),
    pin: pin.optional().describe('unset, blocked, or { set: "1234", retries: 8 }'),
    transport: z
      .enum(['uhid', 'usbip'])
      .optional()
      .describe('How the key is attached to the system, for browser.stack: native; in the kernel lab only'),
    connected: z.boolean().optional().describe('Whether the key is plugged in when the case starts'),
    fmt: z.enum(attestations).optional().describe('Attestation format, if it differs from that of the persona'),
    algorithms: z.array(algorithm).nonempty().optional(),
    storage: z.int().nonnegative().optional().describe('Number of discoverable credentials that the key can store'),
    fingerprints: z
      .int()
      .nonnegative()
      .max(10)
      .optional()
      .describe('Number of fingerprints enrolled on a biometric key'),
    defects: z
      .array(z.union([z.string().min(1), commandFault]))
      .optional()
      .describe('Defects by id, or faults during a command'),
  })
  .meta({ id: 'authenticator' });
export type ScenarioAuthenticator = z.output<typeof authenticator>;

export const thisDevice = z.strictObject({
  persona: z.string().min(1).describe('Platform authenticator built into the device, e.g. windows-hello'),
});

export type ScenarioThisDevice = z.output<typeof thisDevice>;
