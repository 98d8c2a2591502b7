/** Feeds a byte stream to a parser that requests the number of bytes that it needs next. Only these are buffered. */
import { concat } from '#base/bytes.ts';

/** Yields the number of bytes it needs next, and receives exactly that many. */
export type StreamParser = Generator<number, void, Uint8Array>;

/**
 * Starts `parser` and returns the function that takes the stream's chunks. Bytes after the end of the parser are dropped.
 * The returned function throws what the parser throws, and must not be called after that.
 */
export function startParser(parser: StreamParser): (chunk: Uint8Array) => void {
  let demand = parser.next();
  let buffered: Uint8Array = new Uint8Array(0);
  return (chunk) => {
    buffered = concat(buffered, chunk); // a copy: `slice` of a Buffer would share its memory
    let taken = 0;
    while (!demand.done && buffered.length - taken >= demand.value) {
      const piece = buffered.slice(taken, taken + demand.value);
      taken += piece.length;
      demand = parser.next(piece);
    }
    buffered = demand.done ? new Uint8Array(0) : buffered.slice(taken);
  };
}
