/** Personas of password managers. Their passkeys are synced: backup eligible and backed up, without attestation. */
import type { Persona } from './persona.ts';
import { platform } from './platforms.ts';

const syncedPasskeys = {
  ...platform,
  source: 'plausible',
  builtInUv: { uvModality: 0x02, maxUvRetries: 5, attempts: 3, survivesReset: true },
  algorithms: ['ES256'],
  attestation: 'none',
  credentialCapacity: 10_000,
  transports: ['internal', 'hybrid'],
  backup: { eligible: true, backedUp: true },
} as const satisfies Partial<Persona>;

const definePasswordManager = <const Id extends string>(id: Id, label: string, aaguid: string) =>
  ({ ...syncedPasskeys, id, label, aaguid }) satisfies Persona;

/** Safari and Chrome upgrade password sign-ins to passkeys in these two ("automatic passkey upgrades"). */
export const applePasswords = {
  ...definePasswordManager(
    'apple-passwords',
    'Apple Passwords (iCloud Keychain)',
    'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
  ),
  createsWithoutPresence: true,
} as const satisfies Persona;
export const applePasswordsManaged = definePasswordManager(
  'apple-passwords-managed',
  'Apple Passwords (managed)',
  'dd4ec289-e01d-41c9-bb89-70fa845d4bf2',
);
export const googlePasswordManager = {
  ...definePasswordManager(
    'google-password-manager',
    'Google Password Manager',
    'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
  ),
  createsWithoutPresence: true,
} as const satisfies Persona;
export const onePassword = definePasswordManager('1password', '1Password', 'bada5566-a7aa-401f-bd96-45619a55120d');
export const bitwarden = definePasswordManager('bitwarden', 'Bitwarden', 'd548826e-79b4-db40-a3d8-11116f7e8349');
export const samsungPass = definePasswordManager(
  'samsung-pass',
  'Samsung Pass',
  '53414d53-554e-4700-0000-000000000000',
);
export const microsoftPasswordManager = definePasswordManager(
  'microsoft-password-manager',
  'Microsoft Password Manager',
  'd3452668-01fd-4c12-926c-83a4204853aa',
);

/** Its passkeys stay in the browser profile on this Mac; they are not synced. */
export const chromeOnMac = {
  ...syncedPasskeys,
  id: 'chrome-on-mac',
  label: 'Chrome on Mac',
  aaguid: 'adce0002-35bc-c60a-648b-0b25f1f05503',
  transports: ['internal'],
  backup: { eligible: false, backedUp: false },
} as const satisfies Persona;
