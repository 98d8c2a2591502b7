/**
 * The personas by id. To add a persona, add its data and a line here, and its name to
 * `src/relying-party/authenticator-models.ts`.
 */
import { UsageError } from '#base/errors.ts';
import { feitianAllinone, feitianBiopass, feitianEpass, feitianEpassNfc } from './feitian.ts';
import {
  applePasswords,
  applePasswordsManaged,
  bitwarden,
  chromeOnMac,
  googlePasswordManager,
  microsoftPasswordManager,
  onePassword,
  samsungPass,
} from './password-managers.ts';
import type { Persona } from './persona.ts';
import {
  chromiumVirtual,
  microsoftAuthenticatorAndroid,
  microsoftAuthenticatorIos,
  windowsHelloHardware,
  windowsHelloSoftware,
  windowsHelloVbs,
} from './platforms.ts';
import { googleTitanV2, solo, token2, token2PinPlus, touchstoneKey } from './security-keys.ts';
import { touchstoneComplete, touchstoneLargeBlob } from './touchstone.ts';
import {
  securityKey,
  securityKeyFirmware52,
  securityKeyNfc,
  securityKeyNfcBlack,
  yubikey5,
  yubikey5Ci,
  yubikey5Fips,
  yubikey5Firmware51,
  yubikey5Legacy,
  yubikey5Nfc,
  yubikey5NfcEnterprise,
  yubikeyBio,
} from './yubico.ts';

/** Every persona by its id. */
export const personas = {
  'yubikey-5-nfc': yubikey5Nfc,
  'yubikey-5': yubikey5,
  'yubikey-5ci': yubikey5Ci,
  'yubikey-5-fips': yubikey5Fips,
  'yubikey-5-nfc-enterprise': yubikey5NfcEnterprise,
  'yubikey-5-firmware-51': yubikey5Firmware51,
  'yubikey-5-legacy': yubikey5Legacy,
  'yubikey-bio': yubikeyBio,
  'security-key': securityKey,
  'security-key-firmware-52': securityKeyFirmware52,
  'security-key-nfc': securityKeyNfc,
  'security-key-nfc-black': securityKeyNfcBlack,
  'google-titan-v2': googleTitanV2,
  'feitian-allinone': feitianAllinone,
  'feitian-epass': feitianEpass,
  'feitian-epass-nfc': feitianEpassNfc,
  'feitian-biopass': feitianBiopass,
  solo,
  token2,
  'token2-pin-plus': token2PinPlus,
  'touchstone-key': touchstoneKey,
  'touchstone-complete': touchstoneComplete,
  'touchstone-large-blob': touchstoneLargeBlob,
  'windows-hello-hardware': windowsHelloHardware,
  'windows-hello-vbs': windowsHelloVbs,
  'windows-hello-software': windowsHelloSoftware,
  'microsoft-authenticator-ios': microsoftAuthenticatorIos,
  'microsoft-authenticator-android': microsoftAuthenticatorAndroid,
  'chromium-virtual': chromiumVirtual,
  'apple-passwords': applePasswords,
  'apple-passwords-managed': applePasswordsManaged,
  'google-password-manager': googlePasswordManager,
  'chrome-on-mac': chromeOnMac,
  '1password': onePassword,
  bitwarden,
  'samsung-pass': samsungPass,
  'microsoft-password-manager': microsoftPasswordManager,
} as const satisfies Record<string, Persona>;

/** The id of a persona in the registry, e.g. `yubikey-5-nfc`. */
export type PersonaId = keyof typeof personas;

/**
 * Returns the persona with this id.
 * @throws {UsageError} if there is no such persona; the message lists all ids.
 */
export function personaOf(id: string): Persona {
  if (Object.hasOwn(personas, id)) return personas[id as PersonaId];
  throw new UsageError(`Unknown persona ${JSON.stringify(id)}. Expected one of ${Object.keys(personas).join(', ')}`);
}
