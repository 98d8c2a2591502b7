/**
 * Bytes as text for a script element: five characters for four bytes, which is 6 % shorter than base64. The alphabet contains no
 * character that has a meaning in HTML or JavaScript. Runs in Node and in the page.
 */

/** The printable ASCII characters without space and the nine of the regular expression. */
const alphabet = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index)).replace(
  /["$%&'<>\\`]/g,
  '',
);
const base = alphabet.length;
const groupBytes = 4;
const groupCharacters = 5;
/** Value of each character by its code. */
const values = new Uint8Array(128).fill(255);
for (let value = 0; value < base; value++) values[alphabet.charCodeAt(value)] = value;

/** Returns the text of `bytes`. The last group has one character more than it has bytes. */
export function encodeBase85(bytes: Uint8Array): string {
  const text: string[] = [];
  for (let at = 0; at < bytes.length; at += groupBytes) {
    const count = Math.min(groupBytes, bytes.length - at);
    let rest = 0;
    for (let index = 0; index < groupBytes; index++) rest = rest * 256 + (bytes[at + index] ?? 0);
    let group = '';
    for (let index = 0; index < groupCharacters; index++) {
      group = alphabet.charAt(rest % base) + group;
      rest = Math.floor(rest / base);
    }
    text.push(group.slice(0, count + 1));
  }
  return text.join('');
}

/**
 * Returns the bytes of a text that `encodeBase85` made.
 * @throws {Error} if a character is not in the alphabet.
 */
export function decodeBase85(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((text.length * groupBytes) / groupCharacters));
  for (let at = 0, to = 0; at < text.length; at += groupCharacters, to += groupBytes) {
    let group = 0;
    for (let index = 0; index < groupCharacters; index++) group = group * base + valueAt(text, at + index);
    for (let index = 0; index < groupBytes && to + index < bytes.length; index++)
      bytes[to + index] = Math.floor(group / 256 ** (groupBytes - 1 - index)) % 256;
  }
  return bytes;
}

/** Returns the value of the character; after the end of the text the highest value, so that an incomplete group is rounded up. */
function valueAt(text: string, at: number): number {
  if (at >= text.length) return base - 1;
  const value = values[text.charCodeAt(at)] ?? 255;
  if (value === 255) throw new Error(`Expected a base 85 character at position ${at}, got ${JSON.stringify(text[at])}`);
  return value;
}
