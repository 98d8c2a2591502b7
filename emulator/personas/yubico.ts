/** Personas of Yubico security keys, by firmware version. */
import type { Persona } from './persona.ts';

const common = {
  touchTimeoutStatus: 'CTAP2_ERR_USER_ACTION_TIMEOUT',
  options: { rk: true, plat: false, clientPin: false },
  minPinLength: 4,
  intermediateCa: false,
  maxMsgSize: 1200,
  maxCredentialCountInList: 8,
  maxCredentialIdLength: 128,
  credentialCapacity: 25,
  signCounter: 'global',
  usb: { vendorId: 0x1050, productId: 0x0402, manufacturer: 'Yubico', product: 'YubiKey FIDO' }, // only the FIDO interface is enabled
} as const satisfies Partial<Persona>;

/** Firmware 5.1: CTAP 2.0 only. */
const firmware51 = {
  ...common,
  versions: ['U2F_V2', 'FIDO_2_0'],
  extensions: ['hmac-secret'],
  pinUvAuthProtocols: [1],
  algorithms: ['ES256'],
  attestation: 'packed-basic',
  firmwareVersion: 0x050102,
} as const satisfies Partial<Persona>;

/** Firmware 5.2 to 5.4: the preview of CTAP 2.1. */
const firmware54 = {
  ...common,
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE'],
  extensions: ['credProtect', 'hmac-secret'],
  features: { credentialManagement: {} },
  pinUvAuthProtocols: [2, 1],
  algorithms: ['ES256', 'EdDSA'],
  attestation: 'packed-basic',
  firmwareVersion: 0x050403,
} as const satisfies Partial<Persona>;

export const yubikey5Legacy = {
  ...firmware51,
  id: 'yubikey-5-legacy',
  label: 'YubiKey 5 NFC (firmware 5.1, U2F attestation)',
  aaguid: 'fa2b99dc-9e39-4257-8f92-4a30d23c4118',
  source: 'plausible', // an older key that uses its U2F attestation in CTAP2 too
  attestation: 'fido-u2f',
  transports: ['nfc', 'usb'],
} as const satisfies Persona;

export const yubikey5Firmware51 = {
  ...firmware51,
  id: 'yubikey-5-firmware-51',
  label: 'YubiKey 5 (firmware 5.1)',
  aaguid: 'cb69481e-8ff7-4039-93ec-0a2729a154a8',
  source: 'plausible',
  transports: ['usb'],
} as const satisfies Persona;

export const securityKey = {
  ...firmware51,
  id: 'security-key',
  label: 'Security Key by Yubico (firmware 5.1)',
  aaguid: 'f8a011f3-8c0a-4d15-8006-17111f9edc7d',
  source: 'plausible',
  transports: ['usb'],
} as const satisfies Persona;

export const securityKeyFirmware52 = {
  ...firmware54,
  id: 'security-key-firmware-52',
  label: 'Security Key by Yubico (firmware 5.2)',
  aaguid: 'b92c3f9a-c014-4056-887f-140a2501163b',
  source: 'plausible',
  firmwareVersion: 0x050204,
  transports: ['usb'],
} as const satisfies Persona;

export const securityKeyNfc = {
  ...firmware54,
  id: 'security-key-nfc',
  label: 'Security Key NFC',
  aaguid: '149a2021-8ef6-4133-96b8-81f8d5b7f1f5',
  source: 'plausible',
  transports: ['nfc', 'usb'],
} as const satisfies Persona;

export const securityKeyNfcBlack = {
  ...firmware54,
  id: 'security-key-nfc-black',
  label: 'Security Key NFC (black)',
  aaguid: 'a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa',
  source: 'plausible',
  transports: ['nfc', 'usb'],
} as const satisfies Persona;

export const yubikey5 = {
  ...firmware54,
  id: 'yubikey-5',
  label: 'YubiKey 5 (firmware 5.4)',
  aaguid: 'ee882879-721c-4913-9775-3dfcce97072a',
  source: 'plausible',
  transports: ['usb'],
} as const satisfies Persona;

export const yubikey5Nfc = {
  ...firmware54,
  id: 'yubikey-5-nfc',
  label: 'YubiKey 5 NFC (firmware 5.4)',
  aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  source: 'published',
  transports: ['nfc', 'usb'],
} as const satisfies Persona;

export const yubikey5Ci = {
  ...firmware54,
  id: 'yubikey-5ci',
  label: 'YubiKey 5Ci',
  aaguid: 'c5ef55ff-ad9a-4b9f-b580-adebafe026d0',
  source: 'plausible',
  transports: ['usb'],
} as const satisfies Persona;

export const yubikey5Fips = {
  ...firmware54,
  id: 'yubikey-5-fips',
  label: 'YubiKey 5 FIPS',
  aaguid: '73bb0cd4-e502-49b8-9c6f-b59445bf720b',
  source: 'plausible',
  minPinLength: 6,
  transports: ['usb'],
} as const satisfies Persona;

/** Firmware 5.5 and later: CTAP 2.1. */
const firmware55 = {
  ...common,
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1'],
  extensions: ['credProtect', 'hmac-secret', 'largeBlobKey', 'credBlob', 'minPinLength'],
  pinUvAuthProtocols: [2, 1],
  algorithms: ['ES256', 'EdDSA'],
  attestation: 'packed-basic',
} as const satisfies Partial<Persona>;

export const yubikey5NfcEnterprise = {
  ...firmware55,
  id: 'yubikey-5-nfc-enterprise',
  label: 'YubiKey 5 NFC Enterprise (firmware 5.7)',
  aaguid: '1ac71f64-468d-4fe0-bef1-0e5f2f551f18',
  source: 'plausible',
  options: { ...common.options, pinUvAuthToken: true, alwaysUv: false, makeCredUvNotRqd: true },
  features: {
    credentialManagement: {},
    largeBlobs: { maxSerializedLargeBlobArray: 4096 },
    config: { maxRPIDsForSetMinPINLength: 1, toggleAlwaysUv: true },
    enterpriseAttestation: { vendorFacilitatedRpIds: [] },
  },
  algorithms: ['ES256', 'EdDSA', 'ES384'],
  maxMsgSize: 1536,
  credentialCapacity: 100,
  transports: ['nfc', 'usb'],
  firmwareVersion: 0x050702,
} as const satisfies Persona;

export const yubikeyBio = {
  ...firmware55,
  id: 'yubikey-bio',
  label: 'YubiKey Bio - FIDO Edition',
  aaguid: 'd8522d9f-575b-4866-88a9-ba99fa02f35b',
  source: 'published',
  options: { ...common.options, pinUvAuthToken: true, alwaysUv: true, makeCredUvNotRqd: false },
  features: {
    credentialManagement: {},
    bioEnrollment: { fingerprintKind: 1, maxTemplates: 5, samplesToEnroll: 5, maxFriendlyNameBytes: 15 },
    largeBlobs: { maxSerializedLargeBlobArray: 1024 },
    config: { maxRPIDsForSetMinPINLength: 1 },
  },
  builtInUv: { uvModality: 0x02, maxUvRetries: 3, attempts: 3, survivesReset: false },
  transports: ['usb'],
  firmwareVersion: 0x050506,
} as const satisfies Persona;
