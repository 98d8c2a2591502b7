/** What a key shows of itself on the bus: ids and strings of its model, and the revision that follows from its firmware. */
import type { Persona, UsbIdentity } from '../personas/persona.ts';

/** A USB identity with its revision. */
export interface UsbDevice extends UsbIdentity {
  /** bcdDevice of the device descriptor, e.g. 0x0543 for firmware 5.4.3. */
  release: number;
  /** Tells two keys of a model apart; most have none. */
  serial?: string | undefined;
}

/** pid.codes keeps this product id for tests that nobody else sees. */
const testId = { vendorId: 0x1209, productId: 0x0001 };

/** How a key of this model introduces itself; one without an identity on USB comes as Touchstone's. */
export function usbDeviceOf({ usb, label, firmwareVersion = 0x01_00_00 }: Persona): UsbDevice {
  const [major, minor, patch] = [firmwareVersion >> 16, (firmwareVersion >> 8) & 0xff, firmwareVersion & 0xff];
  const identity = usb ?? { ...testId, manufacturer: 'Touchstone', product: label };
  return { ...identity, release: ((major & 0xff) << 8) | ((minor & 0xf) << 4) | (patch & 0xf) };
}
