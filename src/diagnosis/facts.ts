/**
 * What is known about one attempt to register a passkey: the policy, the user, the page, browser and system, the security key,
 * and how the attempt ended. All facts are optional. The answers file has this shape; a run is read into it.
 */
import { z } from 'zod';
import { webAuthnErrorNames } from '#protocol/errors.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { type Reason, refusals } from '#relying-party/refusals.ts';
import { policy } from '#scenario/language/schema/relying-party.ts';
import { aaguid, algorithm, duration } from '#scenario/language/schema/units.ts';

const names = <Name extends string>(table: Record<Name, unknown>) => Object.keys(table) as [Name, ...Name[]];

const user = z.strictObject({
  guest: z.boolean().describe('Is the user a guest of the organisation?'),
  groups: z.array(z.string().min(1)).describe('In which groups is the user?'),
  passkeys: z.int().nonnegative().describe('How many passkeys does the user have already?'),
  app: z.boolean().describe('Has the user set up an authenticator app?'),
  pass: z
    .enum(['none', 'active', 'expired', 'used', 'wrong'])
    .describe('Which Temporary Access Pass does the user have? `wrong`: it differs from the one that was issued'),
  'verified-ago': duration.describe('How long ago did the user sign in with multifactor authentication?'),
  'pass-used-ago': duration.describe('How long ago did the user sign in with a one-time pass?'),
});

const page = z.strictObject({
  address: z.url().describe('What is the address of the page?'),
  'rp-id': z.string().min(1).describe('Which RP ID does the page ask for?'),
  frame: z.enum(['none', 'same-origin', 'cross-origin']).describe('Is the page shown in a frame of another page?'),
  'related-origin': z
    .boolean()
    .describe('Does the document /.well-known/webauthn of the RP ID list the origin of the page?'),
  'frame-may-create': z.boolean().describe('Does the frame allow publickey-credentials-create?'),
});

export const browserNames = ['chrome', 'edge', 'firefox', 'safari', 'internet-explorer', 'other'] as const;
const browser = z.strictObject({
  name: z.enum(browserNames).describe('Which browser does the user have?'),
  version: z.number().positive().describe('Which version does the browser have?'),
});

export const systemNames = ['windows', 'macos', 'linux', 'chromeos', 'ios', 'android'] as const;
const system = z.strictObject({
  name: z.enum(systemNames).describe('Which operating system does the user have?'),
  version: z.number().positive().describe('Which version does the operating system have, e.g. 14.3?'),
  build: z.int().positive().describe('Which build does Windows have, e.g. 18362?'),
  'screen-lock': z.boolean().describe('Is a screen lock (PIN, password or biometrics) set up on the device?'),
});

const places = ['security-key', 'this-device', 'synced'] as const;
const passkey = z.strictObject({
  place: z.enum(places).describe('Where does the user save the passkey?'),
});

const key = z.strictObject({
  connected: z.boolean().describe('Is the security key connected, and does its light react?'),
  connection: z.enum(['usb', 'nfc', 'ble']).describe('How is the security key connected?'),
  fido2: z.boolean().describe('Does the security key support FIDO2? Keys with U2F only do not'),
  'resident-keys': z.boolean().describe('Can the security key store passkeys (option rk)?'),
  verifies: z.boolean().describe('Can the security key verify its user with a PIN or fingerprint?'),
  algorithms: z.array(algorithm).describe('Which algorithms does the security key support?'),
  'free-places': z.int().nonnegative().describe('How many more passkeys can the security key store?'),
  registered: z.boolean().describe('Does the security key hold a passkey of this user already?'),
  aaguid: aaguid.describe('Which AAGUID does the model of the security key have?'),
  attestation: z
    .enum(['none', 'untrusted', 'invalid', 'trusted'])
    .describe('Does the security key give an attestation, and does the site trust its manufacturer?'),
  pin: z
    .enum(['not-set', 'set', 'must-change', 'locked', 'blocked'])
    .describe('Which state has the PIN? `locked`: until the key is connected again; `blocked`: until it is reset'),
  'pin-length': z.int().positive().describe('How many characters has the PIN that the user chooses?'),
  'min-pin-length': z.int().positive().describe('How many characters must a PIN of this key have?'),
});

/** How the dialog of the browser ends: the reasons that its last page shows, and two ends without a page. */
export const endings = [
  'already-registered',
  'pin-soft-locked',
  'pin-blocked',
  'device-unsuitable',
  'storage-full',
  'timeout',
  'key-removed',
  'not-recognised',
  'denied-at-key',
  'device-error',
  'cancelled',
  'no-dialog',
] as const;
const attempt = z.strictObject({
  refusal: z.enum(names<Reason>(refusals)).describe('With which reason did the site refuse?'),
  status: z.enum(names<CtapStatusName>(ctapStatus)).describe('With which status did the security key refuse?'),
  error: z.enum(webAuthnErrorNames).describe('Which error did the page get?'),
  ending: z.enum(endings).describe('How did the dialog end?'),
});

const factSections = { policy, user, page, browser, system, passkey, key, attempt } as const;
type Sections = typeof factSections;

/** The shape of an answers file. */
export const answersSchema = z.strictObject({
  policy: policy.partial().optional(),
  user: user.partial().optional(),
  page: page.partial().optional(),
  browser: browser.partial().optional(),
  system: system.partial().optional(),
  passkey: passkey.partial().optional(),
  key: key.partial().optional(),
  attempt: attempt.partial().optional(),
});
export type Answers = z.output<typeof answersSchema>;

/** Name of a fact: section and key, e.g. `user.guest`. */
export type FactName = {
  [Section in keyof Sections]: `${Section}.${Extract<keyof Sections[Section]['shape'], string>}`;
}[keyof Sections];
export type FactValue<Name extends FactName> = Name extends `${infer Section extends keyof Sections}.${infer Key}`
  ? Key extends keyof z.output<Sections[Section]>
    ? NonNullable<z.output<Sections[Section]>[Key]>
    : never
  : never;
export type Facts = { readonly [Name in FactName]?: FactValue<Name> };

/** Returns the facts of an answers file by their names. */
export function toFacts(answers: Answers): Facts {
  const sections = Object.entries(answers).flatMap(([section, values]) =>
    Object.entries(values ?? {}).map(([key, value]) => [`${section}.${key}`, value]),
  );
  return Object.fromEntries(sections.filter(([, value]) => value !== undefined));
}

/** Returns the question for the fact `name`. */
export function questionFor(name: FactName): string {
  const [section, key] = name.split('.') as [keyof Sections, string];
  const shape: Record<string, z.ZodType> = factSections[section].shape;
  const { description = name } = shape[key] ?? {};
  return section === 'policy' ? `In the policy: ${description}` : description;
}
