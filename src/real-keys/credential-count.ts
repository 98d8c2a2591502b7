/** Before a run: is the PIN that was given the key's own, and does the key keep passkeys already? Both cost one try of the PIN. */

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

/** How many discoverable credentials it keeps, or why that cannot be learned. */
export type Holding = { credentials: number } | { unknown: string };

export interface HoldingQuestion {
  key: RealKeyFacts;
  pin: string | undefined;
  pinRetriesFloor: number;
  open(address: string): Promise<CtapDevice>;
}

/** @throws {UsageError} when the PIN is wrong, or may not be tried any more. */
export async function holdingOf({ key, pin, pinRetriesFloor, open }: HoldingQuestion): Promise<Holding> {
  if (key.pin.state !== 'set') return { unknown: 'it has no PIN, and without one it does not tell' };
  if (pin === undefined) return { unknown: 'its PIN was not given' };
  await using device = guard(await open(key.address), { destroyCredentials: false, pinRetriesFloor });
  try {
    return await askWithPin(new Ctap2(device, { clock: systemClock }), pin);
  } catch (cause) {
    if (!(cause instanceof CtapError)) throw cause;
    throw new UsageError(
      `cannot use ${key.label} (${key.id}): with the PIN that was given it ends with ${cause.status}`,
      {
        cause,
      },
    );
  }
}

async function askWithPin(ctap: Ctap2, pin: string): Promise<Holding> {
  const info = await ctap.getInfo();
  const management = await CredentialManagement.open(ctap, info, pin, systemRandom);
  if (management) return { credentials: await management.count() };
  const protocol = choosePinUvAuthProtocol(info);
  if (protocol) await (await PinUvAuthSession.open(ctap, protocol, systemRandom)).tokenUsingPin(pin);
  return { unknown: 'it does not manage credentials' };
}
