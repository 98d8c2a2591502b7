/** Causes in the choice of the place to save the passkey (step S5). */
import { causesOf, when } from '../cause.ts';

export const placeCauses = causesOf('place', [
  {
    id: 'security-keys-not-allowed',
    title: 'The organisation does not allow security keys.',
    advice: 'Save the passkey on this device, or allow security keys in the policy.',
    source: 'Flow step S5',
    predictions: [
      when(['policy.allow', 'passkey.place'], (allow, place) => place === 'security-key' && !allow.includes(place)),
    ],
    seen: { refusals: ['security-keys-not-allowed'] },
  },
  {
    id: 'this-device-not-allowed',
    title: 'The organisation does not allow passkeys that are kept in a computer or phone.',
    advice: 'Use a security key: choose another device, or more options, in the dialog.',
    source: 'Flow step S5',
    predictions: [
      when(['policy.allow', 'passkey.place'], (allow, place) => place === 'this-device' && !allow.includes(place)),
    ],
    seen: { refusals: ['this-device-not-allowed'] },
  },
  {
    id: 'synced-not-allowed',
    title: 'The organisation does not allow passkeys that are synced between devices.',
    advice: 'Use a security key or a passkey that stays on the device. Enforced attestation excludes synced passkeys.',
    source: 'Flow step S5',
    predictions: [
      when(['policy.allow', 'passkey.place'], (allow, place) => place === 'synced' && !allow.includes(place)),
      when(
        ['policy.attestation', 'passkey.place'],
        (attestation, place) => place === 'synced' && attestation === 'enforced',
      ),
    ],
    seen: { refusals: ['synced-not-allowed'] },
  },
  {
    id: 'authenticator-kind-unknown',
    title: 'The browser does not say where the passkey is saved, and the organisation restricts that.',
    advice: 'Use another browser, or allow both security keys and this device.',
    source: 'Flow step S5',
    seen: { refusals: ['authenticator-kind-unknown'] },
  },
  {
    id: 'no-passkeys-on-linux',
    title: 'Linux has no passkey provider of its own.',
    advice: 'Use a security key or a phone.',
    source: 'passkeys.dev device support',
    predictions: [
      when(['system.name', 'passkey.place'], (system, place) => system === 'linux' && place === 'this-device'),
    ],
  },
  {
    id: 'no-screen-lock',
    title: 'The device has no screen lock, so it cannot verify its user and offers no passkeys.',
    advice: 'Set up a PIN, password or biometrics in the settings of the device.',
    source: 'WebAuthn L3 section 5.1.6',
    predictions: [when(['passkey.place', 'system.screen-lock'], (place, lock) => place !== 'security-key' && !lock)],
  },
]);
