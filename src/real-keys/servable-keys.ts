/** Selects the security keys of this machine that `touchstone keys serve` offers to other machines, and names them. */
import type { CtapDevice } from '#transport/device.ts';
import { toPrintable } from '#transport/remote/messages.ts';
import type { ServableKey } from '#transport/remote/remote-server-session.ts';
import type { FoundDevice } from '#transport/transport.ts';

type OpenDevice = (address: string) => Promise<CtapDevice>;

/**
 * Returns one entry for each key that can be used here. A key with several interfaces is opened by the first one. Keys that
 * are themselves on another machine (`remote:`) are left out. The id is the serial number if no other key has the same one,
 * otherwise the port or the address.
 */
export function listServableKeys(found: readonly FoundDevice[], open: OpenDevice): ServableKey[] {
  const usable = found.filter(({ address, obstacle }) => !obstacle && !address.startsWith('remote:'));
  const devices = usable.filter(
    ({ port }, index) => port === undefined || usable.findIndex((other) => other.port === port) === index,
  );
  return devices.map(({ address, serial, port, product }) => {
    const isUnique = serial && devices.filter((other) => other.serial === serial).length === 1;
    const id = (isUnique && serial) || port || address;
    return { id: toPrintable(id), label: toPrintable(product), open: () => open(address) };
  });
}

/** Returns the keys at `addresses`; the address is also the id. */
export const servableKeysAt = (addresses: readonly string[], open: OpenDevice): ServableKey[] =>
  addresses.map((address) => ({ id: address, label: address, open: () => open(address) }));
