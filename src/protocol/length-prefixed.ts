/** Messages in a byte stream, each after its length as a 16-bit big-endian integer: used by pico-fido's HID socket and the virtual smart-card reader vpcd. */
import { concat, uint } from '#base/bytes.ts';

export const withLengthPrefix = (message: Uint8Array): Uint8Array => concat(uint(message.length, 2), message);

/**
 * Returns a function that takes the chunks of a stream and calls `onMessage` with a copy of each message. It stores at most one
 * incomplete message and the current chunk.
 */
export function splitByLength(onMessage: (message: Uint8Array) => void): (chunk: Uint8Array) => void {
  let rest: Uint8Array = new Uint8Array(0);
  return (chunk) => {
    rest = concat(rest, chunk); // copies also a Buffer, whose `slice` returns a view
    while (rest.length >= 2) {
      const end = 2 + ((rest[0]! << 8) | rest[1]!);
      if (rest.length < end) break;
      const message = rest.slice(2, end);
      rest = rest.subarray(end);
      onMessage(message);
    }
    rest = rest.slice();
  };
}
