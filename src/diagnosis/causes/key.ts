/** Causes in the security key: whether it is reached, and whether it can do what the site requires (step S6). */
import { causesOf, when } from '../cause.ts';

const otherKey = 'Use a key that supports FIDO2 with PIN and discoverable credentials.';
const noBluetooth = ['macos', 'chromeos', 'android'];
const noContactless = ['macos', 'chromeos'];

export const keyCauses = causesOf('key', [
  {
    id: 'connection-not-supported',
    title: 'The operating system cannot reach a security key over this connection.',
    advice: 'Connect the key over USB.',
    source: 'Microsoft Entra: passkey (FIDO2) compatibility',
    predictions: [
      when(
        ['key.connection', 'system.name'],
        (connection, system) =>
          (connection === 'ble' && noBluetooth.includes(system)) ||
          (connection === 'nfc' && noContactless.includes(system)),
      ),
    ],
  },
  {
    id: 'key-not-connected',
    title: 'The security key is not connected.',
    advice: 'Connect the key; try another port, without a hub. On Linux, check the udev rules.',
    source: 'Flow step S6',
    predictions: [when(['key.connected'], (connected) => !connected)],
    seen: { endings: ['no-dialog'], isVague: true },
  },
  {
    id: 'key-removed',
    title: 'The security key was removed before it was done.',
    advice: 'Leave the key connected until the browser says that it is done.',
    source: 'Flow step S6',
    seen: { endings: ['key-removed'] },
  },
  {
    id: 'key-without-fido2',
    title: 'The security key supports U2F only, not FIDO2, so it cannot store passkeys.',
    advice: otherKey,
    source: 'CTAP 2.1 section 6.4 (versions)',
    predictions: [when(['key.fido2'], (supported) => !supported)],
  },
  {
    id: 'key-without-resident-keys',
    title: 'The security key cannot store passkeys: it has no discoverable credentials.',
    advice: otherKey,
    source: 'CTAP 2.1 section 6.4 (rk)',
    predictions: [
      when(
        ['policy.resident-key', 'key.resident-keys'],
        (required, supported) => required === 'required' && !supported,
      ),
    ],
  },
  {
    id: 'key-without-verification',
    title: 'The security key can verify its user neither with a PIN nor with a fingerprint.',
    advice: otherKey,
    source: 'CTAP 2.1 section 6.4 (clientPin, uv)',
    predictions: [
      when(
        ['policy.user-verification', 'key.verifies'],
        (required, supported) => required === 'required' && !supported,
      ),
    ],
  },
  {
    id: 'algorithm-not-supported',
    title: 'The security key supports none of the algorithms that the site offers.',
    advice: 'Let the site offer ES256 too, or use another key.',
    source: 'WebAuthn L3 section 5.4; CTAP 2.1 section 6.1.2 step 3',
    predictions: [
      when(['policy.algorithms', 'key.algorithms'], (offered, own) => !offered.some((name) => own.includes(name))),
    ],
    seen: { statuses: ['CTAP2_ERR_UNSUPPORTED_ALGORITHM'], errors: ['NotSupportedError'] },
  },
  {
    id: 'already-registered',
    title: 'The security key holds a passkey of this user already.',
    advice: 'Use another key, or delete the old passkey first.',
    source: 'WebAuthn L3 section 5.4 (excludeCredentials)',
    predictions: [when(['key.registered'], (registered) => registered)],
    seen: {
      refusals: ['already-registered'],
      statuses: ['CTAP2_ERR_CREDENTIAL_EXCLUDED'],
      endings: ['already-registered'],
      errors: ['InvalidStateError'],
    },
  },
  {
    id: 'key-full',
    title: 'The security key has no room for another passkey.',
    advice: 'Delete passkeys that are no longer used from the key, or use another key.',
    source: 'CTAP 2.1 section 6.1.2 step 17',
    predictions: [when(['key.free-places'], (free) => free === 0)],
    seen: { statuses: ['CTAP2_ERR_KEY_STORE_FULL'], endings: ['storage-full'] },
  },
  {
    id: 'key-failed',
    title: 'The security key failed, or answered in a way that breaks the specification.',
    advice: 'Connect the key again. If that does not help, use another key and report the model to its manufacturer.',
    source: 'CTAP 2.1 section 8.2',
    seen: { statuses: ['CTAP1_ERR_OTHER', 'CTAP2_ERR_PROCESSING'], endings: ['device-error'], isVague: true },
  },
  {
    id: 'key-not-usable',
    title: 'The security key does not support what the site requires.',
    advice: otherKey,
    source: 'WebAuthn L3 section 5.1.3 step 22',
    seen: {
      endings: ['device-unsuitable'],
      errors: ['ConstraintError'],
      statuses: ['CTAP2_ERR_UNSUPPORTED_OPTION', 'CTAP2_ERR_REQUEST_TOO_LARGE', 'CTAP1_ERR_INVALID_COMMAND'],
      isVague: true,
    },
  },
]);
