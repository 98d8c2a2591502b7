/** Models of Yubico, from their published AAGUIDs and getInfo answers. */
import type { Persona } from './persona.ts';

const yubikey5 = {
  extensions: ['credProtect', 'hmac-secret'],
  options: { rk: true, plat: false, clientPin: false },
  pinUvAuthProtocols: [2, 1],
  minPinLength: 4,
  algorithms: ['ES256', 'EdDSA'],
  intermediateCa: false,
  maxMsgSize: 1200,
  maxCredentialCountInList: 8,
  maxCredentialIdLength: 128,
  credentialCapacity: 25,
  signCounter: 'global',
} as const satisfies Partial<Persona>;

export const yubikey5Nfc = {
  ...yubikey5,
  id: 'yubikey-5-nfc',
  label: 'YubiKey 5 NFC (firmware 5.4)',
  aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE'],
  attestation: 'packed-basic',
  transports: ['nfc', 'usb'],
  firmwareVersion: 0x050403,
} as const satisfies Persona;

/** An older key that answers CTAP2 with the attestation of its U2F past. */
export const yubikey5Legacy = {
  ...yubikey5,
  id: 'yubikey-5-legacy',
  label: 'YubiKey 5 NFC (firmware 5.1, U2F attestation)',
  aaguid: 'fa2b99dc-9e39-4257-8f92-4a30d23c4118',
  versions: ['U2F_V2', 'FIDO_2_0'],
  extensions: ['hmac-secret'],
  pinUvAuthProtocols: [1],
  algorithms: ['ES256'],
  attestation: 'fido-u2f',
  transports: ['nfc', 'usb'],
} as const satisfies Persona;

export const yubikeyBio = {
  ...yubikey5,
  id: 'yubikey-bio',
  label: 'YubiKey Bio - FIDO Edition',
  aaguid: 'd8522d9f-575b-4866-88a9-ba99fa02f35b',
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1'],
  extensions: ['credProtect', 'hmac-secret', 'minPinLength'],
  options: {
    rk: true,
    plat: false,
    clientPin: false,
    pinUvAuthToken: true,
    alwaysUv: true,
    makeCredUvNotRqd: false,
  },
  builtInUv: { uvModality: 0x02, maxUvRetries: 3, attempts: 3, survivesReset: false },
  attestation: 'packed-basic',
  transports: ['usb'],
  firmwareVersion: 0x050506,
} as const satisfies Persona;
