/** Personas of platform authenticators with device-bound credentials, and of Chromium's virtual authenticator. */
import type { Persona } from './persona.ts';

/** Common data: transport `internal`, built-in user verification, no client PIN. */
export const platform = {
  touchTimeoutStatus: 'CTAP2_ERR_USER_ACTION_TIMEOUT',
  versions: ['FIDO_2_0', 'FIDO_2_1'],
  extensions: [],
  options: { rk: true, plat: true },
  pinUvAuthProtocols: [],
  minPinLength: 4,
  intermediateCa: false,
  maxMsgSize: 7609,
  maxCredentialCountInList: 64,
  maxCredentialIdLength: 64,
  transports: ['internal'],
  signCounter: 'constant-zero',
} as const satisfies Partial<Persona>;

const screenLock = { uvModality: 0x04, maxUvRetries: 5, attempts: 3, survivesReset: true } as const;
const biometric = { uvModality: 0x02, maxUvRetries: 5, attempts: 3, survivesReset: true } as const;

export const windowsHelloHardware = {
  ...platform,
  id: 'windows-hello-hardware',
  label: 'Windows Hello (hardware)',
  aaguid: '08987058-cadc-4b81-b6e1-30de50dcbe96',
  source: 'plausible',
  builtInUv: screenLock,
  algorithms: ['RS256', 'ES256'],
  attestation: 'tpm',
  credentialCapacity: 1000,
} as const satisfies Persona;

export const windowsHelloVbs = {
  ...platform,
  id: 'windows-hello-vbs',
  label: 'Windows Hello (virtualization-based security)',
  aaguid: '9ddd1817-af5a-4672-a2b9-3e3dd95000a9',
  source: 'plausible',
  builtInUv: screenLock,
  algorithms: ['ES256'],
  attestation: 'packed-self',
  credentialCapacity: 1000,
} as const satisfies Persona;

/** Windows Hello without a TPM: self attestation. */
export const windowsHelloSoftware = {
  ...windowsHelloVbs,
  id: 'windows-hello-software',
  label: 'Windows Hello (software)',
  aaguid: '6028b017-b1d4-4c02-b4b3-afcdafc96bb2',
} as const satisfies Persona;

export const microsoftAuthenticatorIos = {
  ...platform,
  id: 'microsoft-authenticator-ios',
  label: 'Microsoft Authenticator (iOS)',
  aaguid: '90a3ccdf-635c-4729-a248-9b709135078f',
  source: 'plausible',
  builtInUv: biometric,
  algorithms: ['ES256'],
  attestation: 'none',
  credentialCapacity: 100,
  transports: ['internal', 'hybrid'],
} as const satisfies Persona;

export const microsoftAuthenticatorAndroid = {
  ...microsoftAuthenticatorIos,
  id: 'microsoft-authenticator-android',
  label: 'Microsoft Authenticator (Android)',
  aaguid: 'de1e552d-db1d-4423-a619-566b625cdc84',
} as const satisfies Persona;

/** The virtual authenticator of the Chrome DevTools Protocol with default options. */
export const chromiumVirtual = {
  ...platform,
  id: 'chromium-virtual',
  label: 'Chromium virtual authenticator',
  aaguid: '01020304-0506-0708-0102-030405060708',
  source: 'plausible',
  versions: ['FIDO_2_0'],
  options: { rk: true, plat: false },
  builtInUv: biometric,
  algorithms: ['ES256'],
  attestation: 'packed-basic',
  credentialCapacity: 1000,
  transports: ['usb'],
  signCounter: 'global',
} as const satisfies Persona;
