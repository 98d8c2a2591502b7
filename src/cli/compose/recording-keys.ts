/**
 * The emulated keys of `touchstone init`, and of users who sign in with a passkey: a security key with a PIN, and a platform authenticator.
 * Both are touched at once.
 */
import { type AuthenticatorSource, fixedAuthenticators } from '#client/context.ts';
import { autoTouch, createAuthenticator, personas, plugIn } from '#emulator';

export const recordingPin = '1234';

export function createRecordingKeys(): AuthenticatorSource {
  const key = createAuthenticator({ persona: 'yubikey-5-nfc', pin: recordingPin, gestures: autoTouch });
  const device = createAuthenticator({ persona: 'windows-hello-software', gestures: autoTouch });
  return fixedAuthenticators(
    { id: 'security-key', kind: 'security-key', label: personas['yubikey-5-nfc'].label, device: plugIn(key) },
    {
      id: 'this-device',
      kind: 'this-device',
      label: personas['windows-hello-software'].label,
      device: plugIn(device, { transport: 'internal' }),
    },
  );
}
