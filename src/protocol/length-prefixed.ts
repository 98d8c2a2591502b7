/** Pieces in a byte stream, each behind its length as a big-endian u16: pico-fido's HID socket and the virtual smart-card reader. */
import { concat, uint } from '#base/bytes.ts';

export const withLengthPrefix = (piece: Uint8Array): Uint8Array => concat(uint(piece.length, 2), piece);

/** Cuts a stream into its pieces, as copies. Holds no more than one piece and the chunk at hand. */
export function splitByLength(deliver: (piece: Uint8Array) => void): (chunk: Uint8Array) => void {
  let rest: Uint8Array = new Uint8Array(0);
  return (chunk) => {
    rest = concat(rest, chunk); // a copy, also of a Buffer, whose `slice` would be none
    while (rest.length >= 2) {
      const end = 2 + ((rest[0]! << 8) | rest[1]!);
      if (rest.length < end) break;
      const piece = rest.slice(2, end);
      rest = rest.subarray(end);
      deliver(piece);
    }
    rest = rest.slice();
  };
}
