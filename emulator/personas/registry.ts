/** The personas by id. A new model is its data and a line here. */
import { UsageError } from '#protocol/errors.ts';
import type { Persona } from './persona.ts';
import { applePasswords, windowsHelloSoftware } from './platforms.ts';
import { feitianAllinone, googleTitanV2, touchstoneKey } from './security-keys.ts';
import { touchstoneComplete } from './touchstone.ts';
import { yubikey5Legacy, yubikey5Nfc, yubikeyBio } from './yubico.ts';

export const personas = {
  'yubikey-5-nfc': yubikey5Nfc,
  'yubikey-5-legacy': yubikey5Legacy,
  'yubikey-bio': yubikeyBio,
  'google-titan-v2': googleTitanV2,
  'feitian-allinone': feitianAllinone,
  'touchstone-key': touchstoneKey,
  'touchstone-complete': touchstoneComplete,
  'apple-passwords': applePasswords,
  'windows-hello-software': windowsHelloSoftware,
} as const satisfies Record<string, Persona>;

export type PersonaId = keyof typeof personas;

/** @throws {UsageError} for an id that no persona has, naming those that exist. */
export function personaOf(id: string): Persona {
  if (Object.hasOwn(personas, id)) return personas[id as PersonaId];
  throw new UsageError(`there is no persona ${JSON.stringify(id)}: known are ${Object.keys(personas).join(', ')}`);
}
