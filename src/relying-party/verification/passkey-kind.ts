/** Classifies a new credential by what the client reports (WebAuthn L3 sections 5.4.5 and 5.8.4) and by the BE flag. */
import type { PasskeyKind } from '../config.ts';

const securityKeyTransports = ['usb', 'nfc', 'ble', 'smart-card'];

/**
 * Returns the kind of passkey. A backup-eligible credential is synced, whatever authenticator created it. A phone that is used for
 * another device reports `cross-platform` with `hybrid`, but stores the passkey in itself: that is `this-device`, unless a transport of
 * security keys is reported too.
 */
export function classifyPasskey(
  { attachment, transports }: { attachment: string | undefined; transports: readonly string[] },
  backupEligible: boolean,
): PasskeyKind | 'unknown' {
  if (backupEligible) return 'synced';
  if (attachment === 'platform') return 'this-device';
  if (transports.some((transport) => securityKeyTransports.includes(transport))) return 'security-key';
  if (transports.includes('internal') || transports.includes('hybrid')) return 'this-device';
  return attachment === 'cross-platform' ? 'security-key' : 'unknown';
}
