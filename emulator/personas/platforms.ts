/** Authenticators that live in a platform: reached as `internal`, verifying the user themselves, without a client PIN. */
import type { Persona } from './persona.ts';

const platform = {
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

/** Synced passkeys: backup eligible and backed up, no attestation. */
export const applePasswords = {
  ...platform,
  id: 'apple-passwords',
  label: 'Apple Passwords (iCloud Keychain)',
  aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
  builtInUv: { uvModality: 0x02, maxUvRetries: 5, attempts: 3, survivesReset: true },
  algorithms: ['ES256'],
  attestation: 'none',
  credentialCapacity: 10_000,
  transports: ['internal', 'hybrid'],
  backup: { eligible: true, backedUp: true },
} as const satisfies Persona;

/** Windows Hello where no TPM is: the credential's own key attests. */
export const windowsHelloSoftware = {
  ...platform,
  id: 'windows-hello-software',
  label: 'Windows Hello (software)',
  aaguid: '6028b017-b1d4-4c02-b4b3-afcdafc96bb2',
  builtInUv: { uvModality: 0x04, maxUvRetries: 5, attempts: 3, survivesReset: true },
  algorithms: ['ES256'],
  attestation: 'packed-self',
  credentialCapacity: 1000,
} as const satisfies Persona;
