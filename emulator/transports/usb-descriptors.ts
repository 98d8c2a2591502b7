/** What a FIDO key says of itself when a host enumerates it: USB 2.0 chapter 9.6 and HID 1.11 section 6.2.1. Pure. */
import { concat } from '#base/bytes.ts';
import { reportLength } from '#protocol/ctaphid.ts';
import { fidoReportDescriptor } from './fido-hid.ts';
import type { UsbDevice } from './usb-identity.ts';

/** bDescriptorType. */
export const descriptorTypes = {
  device: 1,
  configuration: 2,
  string: 3,
  interface: 4,
  endpoint: 5,
  hid: 0x21,
  report: 0x22,
} as const;

/** The key's two interrupt endpoints. */
export const endpointNumber = 1;
const pollEveryMs = 5;
/** UTF-16 units: the length of a descriptor is one byte. */
const longestString = 126;
const [iManufacturer, iProduct, iSerialNumber] = [1, 2, 3];

/** A descriptor begins with its length and its type. */
const descriptor = (type: number, ...rest: readonly number[]): Uint8Array =>
  new Uint8Array([rest.length + 2, type, ...rest]);

const u16 = (value: number): [number, number] => [value & 0xff, value >> 8];

export function deviceDescriptor({ vendorId, productId, release, serial }: UsbDevice): Uint8Array {
  return descriptor(
    descriptorTypes.device,
    ...u16(0x0200), // USB 2.0
    ...[0, 0, 0], // class, subclass, protocol: the interface says
    64, // bytes a packet of endpoint 0
    ...u16(vendorId),
    ...u16(productId),
    ...u16(release),
    ...[iManufacturer, iProduct, serial === undefined ? 0 : iSerialNumber],
    1, // configurations
  );
}

export const hidDescriptor = descriptor(
  descriptorTypes.hid,
  ...u16(0x0111), // HID 1.11
  0, // no country
  1, // class descriptors
  descriptorTypes.report,
  ...u16(fidoReportDescriptor.length),
);

const endpoint = (address: number) =>
  descriptor(descriptorTypes.endpoint, address, 0x03, ...u16(reportLength), pollEveryMs); // 3: interrupt

const interfaces = concat(
  descriptor(descriptorTypes.interface, 0, 0, 2, 0x03, 0, 0, 0), // number, alternative, endpoints, class HID, no boot, no string
  hidDescriptor,
  endpoint(0x80 | endpointNumber),
  endpoint(endpointNumber),
);

/** The one configuration with all that belongs to it. */
export const configurationDescriptor = concat(
  descriptor(
    descriptorTypes.configuration,
    ...u16(9 + interfaces.length),
    ...[1, 1, 0], // interfaces, value, no string
    0x80, // fed by the bus
    15, // 30 mA
  ),
  interfaces,
);

/** Index 0 lists the languages: US English. Undefined for a string that the key does not have. */
export function stringDescriptor({ manufacturer, product, serial }: UsbDevice, index: number): Uint8Array | undefined {
  if (index === 0) return descriptor(descriptorTypes.string, ...u16(0x0409));
  const text = [manufacturer, product, serial][index - 1];
  if (text === undefined) return undefined;
  return descriptor(descriptorTypes.string, ...Buffer.from(text.slice(0, longestString), 'utf16le'));
}
