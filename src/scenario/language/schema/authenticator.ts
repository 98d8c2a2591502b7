/** `authenticator:`, `this-device:`, `browser:` and `client:` of a scenario: what the person holds and sits in front of. */
import { z } from 'zod';
import { type AttestationFormatId, attestationFormats } from '#protocol/attestation-formats.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { aaguid, algorithm, oneOf } from './units.ts';
import { wholeCommandName } from './wire.ts';

const pin = z.union([
  z.enum(['unset', 'blocked']),
  z.strictObject({
    set: z.string({ error: 'a PIN is text; put it in quotes, e.g. "1234"' }).describe('The PIN the key has'),
    retries: z.int().min(0).max(8).optional().describe('Tries left when the case starts'),
  }),
]);

const statusName = z.enum(Object.keys(ctapStatus) as [CtapStatusName, ...CtapStatusName[]]);

/** Attestation by format; `packed` is under a certificate. A compound statement nests deeper than a client may read. */
const formats = Object.keys(attestationFormats) as [AttestationFormatId, ...AttestationFormatId[]];
const attestations = [...formats.filter((fmt) => fmt !== 'compound'), 'packed-self', 'packed-enterprise'] as [
  Exclude<AttestationFormatId, 'compound'>,
  'packed-self',
  'packed-enterprise',
];

/** Something that happens to the key in the middle of a command. */
const accident = z.strictObject({
  at: wholeCommandName.describe('Command during which it happens, e.g. makeCredential'),
  when: z
    .union([z.enum(['arrival', 'before-answer']), z.strictObject({ 'after-keepalives': z.int().positive() })])
    .optional()
    .describe('Before anything is done, when all is done but the answer (default), or while the key waits'),
  do: z
    .union([z.enum(['disconnect', 'power-cut', 'silence', 'truncate']), z.strictObject({ status: statusName })])
    .describe('What happens; a status stands in place of the answer'),
});
export type ScenarioAccident = z.output<typeof accident>;

const serial = z.string({ error: 'a serial number is text; put it in quotes, e.g. "5234567"' }).min(1);
const namedKey = oneOf({
  serial: serial.describe('As touchstone keys prints it'),
  aaguid: aaguid.describe('The only key of that model'),
  path: z.string().min(1).describe('Address, e.g. hidraw:/dev/hidraw3 or udp:127.0.0.1:8111'),
  any: z.literal(true).describe('The only key that is plugged in'),
});

/** Which key a case is about; in code it is one text, as `--device` takes it. */
const device = z
  .union([z.string({ error: 'name a device, e.g. any, emulator or { serial: "5234567" }' }).min(1), namedKey])
  .transform((named) => (typeof named === 'string' ? named : 'any' in named ? 'any' : Object.values(named)[0]!))
  .describe('Real key to use: any, { serial: "5234567" }, { aaguid: … } or { path: … }; emulator is the persona');

/** What `device` of a scenario says, wherever it comes from; undefined for what says nothing. */
export const deviceNamed = (value: unknown): string | undefined => device.safeParse(value).data;

/** A case on a real key, and not on the emulator. */
export const isRealKey = (named: string | undefined): named is string => named !== undefined && named !== 'emulator';

/** Marks the cases of a real key for the engine. */
export const keyTag = (device: string): string => `@key:${encodeURIComponent(device)}`;

export const authenticator = z
  .strictObject({
    persona: z.string().min(1).optional().describe('Model to imitate, e.g. yubikey-5-nfc'),
    device: device.optional(),
    pin: pin.optional().describe('unset, blocked, or { set: "1234", retries: 8 }'),
    transport: z
      .enum(['uhid', 'usbip'])
      .optional()
      .describe('How the system sees the key, for a browser with its own WebAuthn; in the kernel lab only'),
    connected: z.boolean().optional().describe('Whether the key is plugged in from the start'),
    fmt: z.enum(attestations).optional().describe('Attestation it gives, where that differs from the persona'),
    algorithms: z.array(algorithm).nonempty().optional(),
    storage: z.int().nonnegative().optional().describe('How many discoverable credentials fit'),
    fingerprints: z.int().nonnegative().max(10).optional().describe('Fingerprints enrolled on a biometric key'),
    defects: z
      .array(z.union([z.string().min(1), accident]))
      .optional()
      .describe('Deliberate faults, by id or as an accident during a command'),
  })
  .meta({ id: 'authenticator' });
export type ScenarioAuthenticator = z.output<typeof authenticator>;

export const thisDevice = z.strictObject({
  persona: z.string().min(1).describe('Platform authenticator built into the device, e.g. windows-hello'),
});

export type ScenarioThisDevice = z.output<typeof thisDevice>;

export const browser = z.strictObject({
  stack: z
    .enum(['touchstone', 'native'])
    .optional()
    .describe(
      "Whose WebAuthn: ours behind the page (default), or the browser's own with its own dialog, in the kernel lab only",
    ),
  channel: z
    .enum(['chromium', 'firefox'])
    .optional()
    .describe('chromium: Chrome, Edge or Chromium, the first one that is installed; firefox: with stack native only'),
  dialog: z.string().min(1).optional().describe('Security dialog to imitate, e.g. windows-11'),
});
export type ScenarioBrowser = z.output<typeof browser>;

export const client = z.strictObject({
  checks: z
    .enum(['strict', 'relay'])
    .optional()
    .describe('relay: the client passes on what a defective key answers, so that the relying party has to refuse it'),
});
export type ScenarioClient = z.output<typeof client>;
