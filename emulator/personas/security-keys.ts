/** Personas of security keys of further vendors, and Touchstone's own plain CTAP 2.1 key. */
import type { Persona } from './persona.ts';

export const googleTitanV2 = {
  id: 'google-titan-v2',
  label: 'Google Titan Security Key v2',
  aaguid: '42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3',
  source: 'published',
  touchTimeoutStatus: 'CTAP2_ERR_USER_ACTION_TIMEOUT',
  versions: ['U2F_V2', 'FIDO_2_0'],
  extensions: ['credProtect', 'hmac-secret'],
  options: { rk: true, clientPin: false },
  pinUvAuthProtocols: [1],
  minPinLength: 4,
  algorithms: ['ES256'],
  attestation: 'packed-basic',
  intermediateCa: true,
  maxMsgSize: 2200,
  maxCredentialCountInList: 20,
  maxCredentialIdLength: 128,
  credentialCapacity: 250,
  transports: ['nfc', 'usb'],
  signCounter: 'global',
  usb: { vendorId: 0x18d1, productId: 0x9470, manufacturer: 'Google', product: 'Titan Security Key v2' },
} as const satisfies Persona;

/** Common data of simple keys. */
const basicKey = {
  touchTimeoutStatus: 'CTAP2_ERR_USER_ACTION_TIMEOUT',
  versions: ['U2F_V2', 'FIDO_2_0'],
  extensions: ['hmac-secret'],
  options: { rk: true, clientPin: false },
  pinUvAuthProtocols: [1],
  minPinLength: 4,
  algorithms: ['ES256'],
  attestation: 'packed-basic',
  intermediateCa: false,
  maxMsgSize: 1200,
  maxCredentialCountInList: 20,
  maxCredentialIdLength: 128,
  credentialCapacity: 50,
  transports: ['usb'],
  signCounter: 'global',
} as const satisfies Partial<Persona>;

export const solo = {
  ...basicKey,
  id: 'solo',
  label: 'Solo',
  aaguid: '8876631b-d4a0-427f-5773-0ec71c9e0279',
  source: 'plausible',
  hasIcons: true,
  usb: { vendorId: 0x0483, productId: 0xa2ca, manufacturer: 'SoloKeys', product: 'Solo' },
} as const satisfies Persona;

const token2Usb = { vendorId: 0x349e, productId: 0x0026, manufacturer: 'TOKEN2', product: 'FIDO2 Security Key' };

export const token2 = {
  ...basicKey,
  id: 'token2',
  label: 'Token2 FIDO2',
  aaguid: 'ab32f0c6-2239-afbb-c470-d2ef4e254db7',
  source: 'plausible',
  extensions: ['credProtect', 'hmac-secret'],
  transports: ['nfc', 'usb'],
  usb: token2Usb,
} as const satisfies Persona;

/** Has a PIN complexity policy in addition to the minimum length. */
export const token2PinPlus = {
  ...basicKey,
  id: 'token2-pin-plus',
  label: 'Token2 PIN+',
  aaguid: 'eabb46cc-e241-80bf-ae9e-96fa6d2975cf',
  source: 'plausible',
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1'],
  extensions: ['credProtect', 'hmac-secret', 'credBlob', 'minPinLength'],
  options: { rk: true, clientPin: false, pinUvAuthToken: true, makeCredUvNotRqd: true },
  features: { credentialManagement: {}, pinComplexity: { preset: true } },
  pinUvAuthProtocols: [2, 1],
  minPinLength: 6,
  credentialCapacity: 300,
  transports: ['nfc', 'usb'],
  usb: token2Usb,
} as const satisfies Persona;

export const touchstoneKey = {
  id: 'touchstone-key',
  label: 'Touchstone plain CTAP 2.1 key',
  aaguid: '746f7563-6873-4f6e-a500-000000000021',
  source: 'own',
  versions: ['FIDO_2_0', 'FIDO_2_1'],
  extensions: ['credProtect', 'hmac-secret', 'minPinLength'],
  options: { rk: true, plat: false, clientPin: false, pinUvAuthToken: true, makeCredUvNotRqd: true },
  pinUvAuthProtocols: [2, 1],
  minPinLength: 4,
  algorithms: ['ES256', 'EdDSA'],
  attestation: 'packed-basic',
  intermediateCa: true,
  maxMsgSize: 7609,
  maxCredentialCountInList: 16,
  maxCredentialIdLength: 64,
  credentialCapacity: 100,
  transports: ['usb'],
  firmwareVersion: 1,
  signCounter: 'global',
} as const satisfies Persona;
