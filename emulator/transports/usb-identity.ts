/** USB identity of an emulated key: ids and strings of its model, and the device release derived from its firmware version. */
import type { Persona, UsbIdentity } from '../personas/persona.ts';

/** A USB identity with the device release and serial number. */
export interface UsbDevice extends UsbIdentity {
  /** bcdDevice of the device descriptor, e.g. 0x0543 for firmware 5.4.3. */
  release: number;
  /** Serial number; most models have none. */
  serial?: string | undefined;
}

/** Product id that pid.codes reserves for testing. */
const testId = { vendorId: 0x1209, productId: 0x0001 };

/** Returns the USB device of a model. A model without a USB identity gets the test product id and the manufacturer `Touchstone`. */
export function usbDeviceOf({ usb, label, firmwareVersion = 0x01_00_00 }: Persona): UsbDevice {
  const [major, minor, patch] = [firmwareVersion >> 16, (firmwareVersion >> 8) & 0xff, firmwareVersion & 0xff];
  const identity = usb ?? { ...testId, manufacturer: 'Touchstone', product: label };
  return { ...identity, release: ((major & 0xff) << 8) | ((minor & 0xf) << 4) | (patch & 0xf) };
}
