/** `authenticator:`, `this-device:` and `browser:` of a scenario: what the person holds and sits in front of. */
import { z } from 'zod';
import { algorithm, duration } from './units.ts';

const pin = z.union([
  z.enum(['unset', 'blocked']),
  z.strictObject({
    set: z.string({ error: 'a PIN is text; put it in quotes, e.g. "1234"' }).describe('The PIN the key has'),
    retries: z.int().min(0).max(8).optional().describe('Tries left when the case starts'),
  }),
]);

/** Something that happens to the key in the middle of a command. */
const accident = z.strictObject({
  at: z.string().min(1).describe('Command during which it happens, e.g. makeCredential'),
  'after-frames': z.int().nonnegative().optional().describe('How many frames of the answer still get through'),
  do: z.enum(['disconnect', 'stay-silent', 'garble']),
  for: duration.optional().describe('How long it lasts; default: for good'),
});

export const authenticator = z
  .strictObject({
    persona: z.string().min(1).optional().describe('Model to imitate, e.g. yubikey-5-nfc'),
    device: z
      .strictObject({ serial: z.string().min(1) })
      .optional()
      .describe('A real key instead of a persona'),
    pin: pin.optional().describe('unset, blocked, or { set: "1234", retries: 8 }'),
    connected: z.boolean().optional().describe('Whether the key is plugged in from the start'),
    fmt: z
      .enum(['packed', 'packed-self', 'fido-u2f', 'none'])
      .optional()
      .describe('Attestation it gives, where that differs from the persona'),
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
  channel: z.enum(['chromium', 'chrome', 'msedge', 'firefox', 'webkit']).optional(),
  dialog: z.string().min(1).optional().describe('Security dialog to imitate, e.g. windows-11'),
});
export type ScenarioBrowser = z.output<typeof browser>;
