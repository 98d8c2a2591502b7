/** Recognises the FIDO interface of a HID device by the usage page in its report descriptor, CTAP 2.1 section 11.2.8.2. */

const fidoUsagePage = 0xf1d0;
const ctapHidUsage = 0x01;

/** First bytes of short items without the two size bits, HID 1.11 section 6.2.2.2. */
const usagePageItem = 0x04;
const usageItem = 0x08;
/** First byte of a long item; data size and tag follow (section 6.2.2.3). */
const longItem = 0xfe;

/** Returns whether `descriptor` has a FIDO usage at its top level; false for anything that is not a descriptor. */
export function isFidoDescriptor(descriptor: Uint8Array): boolean {
  let usagePage = 0;
  for (let offset = 0; offset < descriptor.length; ) {
    const prefix = descriptor[offset] ?? 0;
    if (prefix === longItem) {
      offset += 3 + (descriptor[offset + 1] ?? 0);
      continue;
    }
    const sizeCode = prefix & 0x03;
    const size = sizeCode === 3 ? 4 : sizeCode;
    const value = readLittleEndian(descriptor.subarray(offset + 1, offset + 1 + size));
    if ((prefix & 0xfc) === usagePageItem) usagePage = value;
    if ((prefix & 0xfc) === usageItem && usagePage === fidoUsagePage && value === ctapHidUsage) return true;
    offset += 1 + size;
  }
  return false;
}

const readLittleEndian = (bytes: Uint8Array): number => bytes.reduceRight((value, byte) => value * 0x100 + byte, 0);
