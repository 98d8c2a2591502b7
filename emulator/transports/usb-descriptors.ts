/** USB descriptors of a FIDO key: USB 2.0 section 9.6 and HID 1.11 section 6.2.1. Pure. */
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

/** Number of both interrupt endpoints, IN and OUT. */
export const endpointNumber = 1;
const pollIntervalMs = 5;
/** UTF-16 code units: the length of a descriptor is one byte. */
const maxStringLength = 126;
const [iManufacturer, iProduct, iSerialNumber] = [1, 2, 3];

/** Returns a descriptor: its length, its type, and `rest`. */
const descriptor = (type: number, ...rest: readonly number[]): Uint8Array =>
  new Uint8Array([rest.length + 2, type, ...rest]);

const u16 = (value: number): [number, number] => [value & 0xff, value >> 8];

export function deviceDescriptor({ vendorId, productId, release, serial }: UsbDevice): Uint8Array {
  return descriptor(
    descriptorTypes.device,
    ...u16(0x0200), // USB 2.0
    ...[0, 0, 0], // class, subclass, protocol: given by the interface
    64, // maximum packet size of endpoint 0
    ...u16(vendorId),
    ...u16(productId),
    ...u16(release),
    ...[iManufacturer, iProduct, serial === undefined ? 0 : iSerialNumber],
    1, // number of configurations
  );
}

export const hidDescriptor = descriptor(
  descriptorTypes.hid,
  ...u16(0x0111), // HID 1.11
  0, // no country code
  1, // number of class descriptors
  descriptorTypes.report,
  ...u16(fidoReportDescriptor.length),
);

const endpoint = (address: number) =>
  descriptor(descriptorTypes.endpoint, address, 0x03, ...u16(reportLength), pollIntervalMs); // 0x03: interrupt

const interfaces = concat(
  descriptor(descriptorTypes.interface, 0, 0, 2, 0x03, 0, 0, 0), // number, alternate setting, endpoints, class HID, no boot protocol, no string
  hidDescriptor,
  endpoint(0x80 | endpointNumber),
  endpoint(endpointNumber),
);

/** The single configuration, followed by its interface, HID and endpoint descriptors. */
export const configurationDescriptor = concat(
  descriptor(
    descriptorTypes.configuration,
    ...u16(9 + interfaces.length),
    ...[1, 1, 0], // number of interfaces, configuration value, no string
    0x80, // bus-powered
    15, // 30 mA, in units of 2 mA
  ),
  interfaces,
);

/** Returns a string descriptor; index 0 lists the languages (US English). Undefined for a string that the key does not have. */
export function stringDescriptor({ manufacturer, product, serial }: UsbDevice, index: number): Uint8Array | undefined {
  if (index === 0) return descriptor(descriptorTypes.string, ...u16(0x0409));
  const text = [manufacturer, product, serial][index - 1];
  if (text === undefined) return undefined;
  return descriptor(descriptorTypes.string, ...Buffer.from(text.slice(0, maxStringLength), 'utf16le'));
}
