/** Which kind of passkey a new credential is, from what the client reports (WebAuthn L3 sections 5.4.5 and 5.8.4) and the BE flag. */
import type { PasskeyKind } from '../config.ts';

const removable = ['usb', 'nfc', 'ble', 'smart-card'];

/**
 * A backup-eligible credential is synced wherever it was made. A phone used across devices reports `cross-platform` with `hybrid`,
 * but keeps the passkey in itself: `this-device`, unless it is reached like a key as well.
 */
export function claimedKind(
  { attachment, transports }: { attachment: string | undefined; transports: readonly string[] },
  backupEligible: boolean,
): PasskeyKind | 'unknown' {
  if (backupEligible) return 'synced';
  if (attachment === 'platform') return 'this-device';
  if (transports.some((transport) => removable.includes(transport))) return 'security-key';
  if (transports.includes('internal') || transports.includes('hybrid')) return 'this-device';
  return attachment === 'cross-platform' ? 'security-key' : 'unknown';
}
