/** Personas of Feitian security keys. */
import type { Persona } from './persona.ts';

const common = {
  touchTimeoutStatus: 'CTAP2_ERR_USER_ACTION_TIMEOUT',
  versions: ['U2F_V2', 'FIDO_2_0'],
  extensions: ['hmac-secret', 'credProtect'],
  options: { rk: true, clientPin: false },
  pinUvAuthProtocols: [1],
  minPinLength: 4,
  algorithms: ['ES256'],
  attestation: 'packed-basic',
  intermediateCa: true,
  maxMsgSize: 2048,
  maxCredentialCountInList: 10,
  maxCredentialIdLength: 96,
  credentialCapacity: 50,
  signCounter: 'global',
  usb: { vendorId: 0x096e, productId: 0x0858, manufacturer: 'FT', product: 'FIDO' },
} as const satisfies Partial<Persona>;

export const feitianAllinone = {
  ...common,
  id: 'feitian-allinone',
  label: 'Feitian AllinOne FIDO2',
  aaguid: '12ded745-4bed-47d4-abaa-e713f51d6393',
  source: 'published',
  versions: ['FIDO_2_0', 'FIDO_2_1_PRE'],
  transports: ['ble', 'nfc', 'usb'],
} as const satisfies Persona;

export const feitianEpass = {
  ...common,
  id: 'feitian-epass',
  label: 'Feitian ePass FIDO2',
  aaguid: '833b721a-ff5f-4d00-bb2e-bdda3ec01e29',
  source: 'published',
  transports: ['usb'],
} as const satisfies Persona;

export const feitianEpassNfc = {
  ...common,
  id: 'feitian-epass-nfc',
  label: 'Feitian ePass FIDO2-NFC',
  aaguid: 'ee041bce-25e5-4cdb-8f86-897fd6418464',
  source: 'published',
  transports: ['nfc', 'usb'],
} as const satisfies Persona;

export const feitianBiopass = {
  ...common,
  id: 'feitian-biopass',
  label: 'Feitian BioPass FIDO2',
  aaguid: '77010bd7-212a-4fc9-b236-d2ca5e9d4084',
  source: 'plausible',
  versions: ['FIDO_2_0', 'FIDO_2_1_PRE'],
  features: {
    bioEnrollment: { fingerprintKind: 1, maxTemplates: 10, samplesToEnroll: 4, maxFriendlyNameBytes: 32 },
  },
  builtInUv: { uvModality: 0x02, maxUvRetries: 3, attempts: 3, survivesReset: false },
  transports: ['usb'],
  usb: { ...common.usb, productId: 0x085d, product: 'BioPass FIDO2' },
} as const satisfies Persona;
