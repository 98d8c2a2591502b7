/** Attempts to register a passkey for tests: the answers of an attempt that works, and changes of them that each have one cause. */
import type { z } from 'zod';
import type { answersSchema } from '../facts.ts';

export type AnswersInput = z.input<typeof answersSchema>;

const allowedModel = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
const otherModel = '42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3';

/** Everything is known, and nothing prevents the registration. */
export const workingAttempt = {
  policy: {
    'self-service': true,
    'included-groups': ['staff'],
    'excluded-groups': ['contractors'],
    allow: ['security-key'],
    attestation: 'enforced',
    aaguids: { mode: 'allow', list: [allowedModel] },
    mfa: { accept: ['totp', 'tap'], 'fresh-for': '5m' },
    'user-verification': 'required',
    'resident-key': 'required',
    algorithms: ['ES256', 'RS256'],
    'max-passkeys': 3,
    tap: { 'register-within': '10m' },
  },
  user: {
    guest: false,
    groups: ['staff', 'berlin'],
    passkeys: 1,
    app: true,
    pass: 'none',
    'verified-ago': '1m',
    'pass-used-ago': '2m',
  },
  page: {
    address: 'https://login.contoso.com/security-info',
    'rp-id': 'contoso.com',
    'related-origin': false,
    frame: 'none',
    'frame-may-create': false,
  },
  browser: { name: 'chrome', version: 126 },
  system: { name: 'windows', version: 11, build: 22_631, 'screen-lock': true },
  passkey: { place: 'security-key' },
  key: {
    connected: true,
    connection: 'usb',
    fido2: true,
    'resident-keys': true,
    verifies: true,
    algorithms: ['ES256', 'EdDSA'],
    'free-places': 20,
    registered: false,
    aaguid: allowedModel,
    attestation: 'trusted',
    pin: 'set',
    'pin-length': 6,
    'min-pin-length': 4,
  },
} as const satisfies AnswersInput;

/** Changes of the working attempt, by the cause that each of them introduces. */
export const changes: Record<string, AnswersInput> = {
  guest: { user: { guest: true } },
  'user-excluded': { user: { groups: ['staff', 'contractors'] } },
  'passkeys-off': { user: { groups: ['berlin'] } },
  'self-service-off': { policy: { 'self-service': false } },
  'too-many-passkeys': { user: { passkeys: 3 } },
  'tap-expired': { user: { app: false, pass: 'expired' } },
  'tap-used': { user: { app: false, pass: 'used' } },
  'tap-invalid': { user: { app: false, pass: 'wrong' } },
  'no-mfa-method': { user: { app: false, pass: 'none' } },
  'mfa-method-not-accepted': { policy: { mfa: { accept: ['tap'] } } },
  'tap-window-over': { user: { 'pass-used-ago': '12m' } },
  'mfa-stale': { user: { 'verified-ago': '6m' } },
  'insecure-page': { page: { address: 'http://login.contoso.com/' } },
  'frame-not-allowed': { page: { frame: 'cross-origin' } },
  'rp-id-mismatch': { page: { 'rp-id': 'fabrikam.com' } },
  'browser-without-webauthn': { browser: { name: 'internet-explorer', version: 11 } },
  'browser-too-old': { browser: { name: 'firefox', version: 60 } },
  'system-too-old': { system: { version: 8.1 } },
  'firefox-on-android': { browser: { name: 'firefox' }, system: { name: 'android', version: 14 } },
  'security-keys-not-allowed': { policy: { allow: ['this-device'] } },
  'this-device-not-allowed': { passkey: { place: 'this-device' } },
  'synced-not-allowed': { passkey: { place: 'synced' } },
  'no-passkeys-on-linux': {
    policy: { allow: ['this-device'] },
    system: { name: 'linux', version: 6 },
    passkey: { place: 'this-device' },
  },
  'no-screen-lock': {
    policy: { allow: ['this-device'] },
    system: { 'screen-lock': false },
    passkey: { place: 'this-device' },
  },
  'connection-not-supported': { system: { name: 'macos', version: 14 }, key: { connection: 'nfc' } },
  'key-not-connected': { key: { connected: false } },
  'key-without-fido2': { key: { fido2: false } },
  'key-without-resident-keys': { key: { 'resident-keys': false } },
  'key-without-verification': { key: { verifies: false } },
  'algorithm-not-supported': { key: { algorithms: ['EdDSA'] } },
  'already-registered': { key: { registered: true } },
  'key-full': { key: { 'free-places': 0 } },
  'pin-blocked': { key: { pin: 'blocked' } },
  'pin-locked': { key: { pin: 'locked' } },
  'pin-must-change': { key: { pin: 'must-change' } },
  'no-pin-set-up': { browser: { name: 'firefox' }, key: { pin: 'not-set' } },
  'pin-too-short': { key: { pin: 'not-set', 'pin-length': 3 } },
  'attestation-required': { key: { attestation: 'none' } },
  'attestation-invalid': { key: { attestation: 'invalid' } },
  'attestation-untrusted': { key: { attestation: 'untrusted' } },
  'aaguid-not-allowed': { key: { aaguid: otherModel } },
};
