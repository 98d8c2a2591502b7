/** Descriptors of a USB security key. Wireshark needs them to recognize its interrupt transfers as HID reports of FIDO. */

/** USB 2.0 section 9.6.1: a full-speed device with one configuration. */
const deviceDescriptor = Uint8Array.from([
  18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x09, 0x12, 0x01, 0x00, 0x00, 0x01, 0, 0, 0, 1,
]);

/** CTAP 2.1 section 11.2.8.2, as a HID report descriptor: usage page FIDO, 64 bytes in and 64 bytes out. */
const reportDescriptor = Uint8Array.from([
  0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x81,
  0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x02, 0xc0,
]);

/** Configuration, interface (HID), HID descriptor, and the interrupt endpoints 1 IN and 1 OUT of 64 bytes. */
const configurationDescriptor = Uint8Array.from([
  ...[9, 2, 41, 0, 1, 1, 0, 0x80, 50],
  ...[9, 4, 0, 0, 2, 3, 0, 0, 0],
  ...[9, 0x21, 0x11, 0x01, 0, 1, 0x22, reportDescriptor.length, 0],
  ...[7, 5, 0x81, 3, 64, 0, 5],
  ...[7, 5, 0x01, 3, 64, 0, 5],
]);

/** GET_DESCRIPTOR requests (section 9.4.3 and HID 1.11 section 7.1.1) in the order of an enumeration. */
export const descriptorExchanges: readonly { setup: Uint8Array; answer: Uint8Array }[] = [
  { setup: Uint8Array.from([0x80, 6, 0, 1, 0, 0, 18, 0]), answer: deviceDescriptor },
  { setup: Uint8Array.from([0x80, 6, 0, 2, 0, 0, 41, 0]), answer: configurationDescriptor },
  { setup: Uint8Array.from([0x81, 6, 0, 0x22, 0, 0, reportDescriptor.length, 0]), answer: reportDescriptor },
];
