/** Whether a HID interface is a FIDO one: its report descriptor says so with the usage page, CTAP 2.1 section 11.2.8.2. */

const fidoUsagePage = 0xf1d0;
const ctapHidUsage = 0x01;

/** Short items, HID 1.11 section 6.2.2.2, by their byte without the two bits of the size. */
const usagePageItem = 0x04;
const usageItem = 0x08;
/** Announces a long item: size and tag follow (section 6.2.2.3). */
const longItem = 0xfe;

/** True when `descriptor` has a FIDO usage at its top; false for anything that is no descriptor. */
export function isFidoDescriptor(descriptor: Uint8Array): boolean {
  let usagePage = 0;
  for (let at = 0; at < descriptor.length; ) {
    const head = descriptor[at]!;
    if (head === longItem) {
      at += 3 + (descriptor[at + 1] ?? 0);
      continue;
    }
    const size = [0, 1, 2, 4][head & 0x03]!;
    const value = littleEndian(descriptor.subarray(at + 1, at + 1 + size));
    if ((head & 0xfc) === usagePageItem) usagePage = value;
    if ((head & 0xfc) === usageItem && usagePage === fidoUsagePage && value === ctapHidUsage) return true;
    at += 1 + size;
  }
  return false;
}

const littleEndian = (bytes: Uint8Array): number => bytes.reduceRight((value, byte) => value * 0x100 + byte, 0);
