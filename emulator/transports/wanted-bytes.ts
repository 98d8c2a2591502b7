/** A byte stream for a parser that says how many bytes it wants next, so that nothing is held that it did not ask for. */
import { concat } from '#base/bytes.ts';

/** Yields the length of what it wants and gets exactly that. */
export type Parser = Generator<number, void, Uint8Array>;

/**
 * Cuts a stream as `parser` wants it. What comes after its end is dropped.
 * The function that is returned throws what the parser throws, and nothing may be fed to it after that.
 */
export function feeding(parser: Parser): (chunk: Uint8Array) => void {
  let wanted = parser.next();
  let rest: Uint8Array = new Uint8Array(0);
  return (chunk) => {
    rest = concat(rest, chunk); // a copy, also of a Buffer, whose `slice` would be none
    let taken = 0;
    while (!wanted.done && rest.length - taken >= wanted.value) {
      const piece = rest.slice(taken, taken + wanted.value);
      taken += piece.length;
      wanted = parser.next(piece);
    }
    rest = wanted.done ? new Uint8Array(0) : rest.slice(taken);
  };
}
