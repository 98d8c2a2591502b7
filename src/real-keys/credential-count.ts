/**
 * Before a run: checks that the configured PIN is the PIN of the key, and counts the passkeys that the key already stores.
 * Costs one PIN attempt.
 */
import { systemClock } from '#base/clock.ts';
import { UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { CredentialManagement } from '#client/credential-management.ts';
import { Ctap2 } from '#client/ctap2.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession } from '#client/pin-protocol.ts';
import { CtapError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';
import { guard } from '#transport/guarded-device.ts';
import type { RealKeyFacts } from './find-key.ts';

/** Number of discoverable credentials on the key, or the reason why it cannot be determined. */
export type CredentialCount = { credentials: number } | { unknown: string };

export interface CredentialCountOptions {
  key: RealKeyFacts;
  pin: string | undefined;
  pinRetriesFloor: number;
  open(address: string): Promise<CtapDevice>;
}

/** @throws {UsageError} if the key rejects the PIN, or if too few PIN retries are left to try it. */
export async function countCredentials(options: CredentialCountOptions): Promise<CredentialCount> {
  const { key, pin, pinRetriesFloor, open } = options;
  if (key.pin.state !== 'set') return { unknown: 'it has no PIN, and a key does not list its credentials without one' };
  if (pin === undefined) return { unknown: 'its PIN was not given' };
  await using device = guard(await open(key.address), { destroyCredentials: false, pinRetriesFloor });
  try {
    return await countWithPin(new Ctap2(device, { clock: systemClock }), pin);
  } catch (cause) {
    if (!(cause instanceof CtapError)) throw cause;
    throw new UsageError(`Cannot use ${key.label} (${key.id}): it answers the given PIN with ${cause.status}`, {
      cause,
    });
  }
}

/** A key without credential management is asked for a PIN token only, which checks the PIN. */
async function countWithPin(ctap: Ctap2, pin: string): Promise<CredentialCount> {
  const info = await ctap.getInfo();
  const management = await CredentialManagement.open(ctap, info, pin, systemRandom);
  if (management) return { credentials: await management.count() };
  const protocol = choosePinUvAuthProtocol(info);
  if (protocol) await (await PinUvAuthSession.open(ctap, protocol, systemRandom)).tokenUsingPin(pin);
  return { unknown: 'it does not support credential management' };
}
