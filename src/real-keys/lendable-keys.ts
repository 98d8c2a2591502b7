/** Which of the devices found on this machine are lent, and under which name. */
import type { CtapDevice } from '#transport/device.ts';
import { printable } from '#transport/remote/messages.ts';
import type { LendableKey } from '#transport/remote/remote-server-session.ts';
import type { FoundDevice } from '#transport/transport.ts';

type Open = (address: string) => Promise<CtapDevice>;

/**
 * One key for each device that can be used here: of several ways to one device the first. Keys of other machines are not
 * passed on. A key is called by its serial number, where it has one of its own, or by where it is plugged in.
 */
export function lendableKeys(found: readonly FoundDevice[], open: Open): LendableKey[] {
  const usable = found.filter(({ address, obstacle }) => !obstacle && !address.startsWith('remote:'));
  const devices = usable.filter(
    ({ port }, index) => port === undefined || usable.findIndex((other) => other.port === port) === index,
  );
  return devices.map(({ address, serial, port, product }) => {
    const isOwn = serial && devices.filter((other) => other.serial === serial).length === 1;
    const id = (isOwn && serial) || port || address;
    return { id: printable(id), label: printable(product), open: () => open(address) };
  });
}

/** Keys that were named by address; each is called by it. */
export const keysAt = (addresses: readonly string[], open: Open): LendableKey[] =>
  addresses.map((address) => ({ id: address, label: address, open: () => open(address) }));
