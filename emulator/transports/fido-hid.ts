/** HID report descriptor of a FIDO key, CTAP 2.1 section 11.2.8. */
import { fromHex } from '#base/bytes.ts';

/** Usage page FIDO alliance, usage U2F HID: one input and one output report of 64 bytes, without report ids. */
export const fidoReportDescriptor = fromHex(
  '06d0f10901a101' + // usage page 0xf1d0, usage 1, application collection
    '0920150026ff00750895408102' + // usage 0x20: 64 bytes from 0 to 255, input
    '0921150026ff00750895409102' + // usage 0x21: the same, output
    'c0',
);
