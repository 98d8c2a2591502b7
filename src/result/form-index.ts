/**
 * Finds many forms in a text: they are indexed by their first characters, so that each position of the text is looked up once, however
 * many forms there are. A run of thousands of cases has tens of thousands of forms, too many for one regular expression.
 */
import { minFormLength } from './secret-forms.ts';

/** Forms with the same first characters, by their length. */
interface Bucket {
  /** The longest first: a secret that contains another one is then found completely. */
  lengths: number[];
  forms: Set<string>;
}

export class FormIndex {
  readonly #plain = new Map<string, Bucket>();
  /** Lower-case hex. */
  readonly #hex = new Map<string, Bucket>();
  /** 1 for the hash of the start of each form: most positions of a text need no further lookup. */
  readonly #starts = new Uint8Array(startCount);

  addPlain(form: string): void {
    this.#starts[hashStart(form, 0)] = 1;
    add(this.#plain, form);
  }

  addHex(form: string): void {
    this.#starts[hashStart(form, 0)] = 1;
    add(this.#hex, form);
  }

  /** Returns `text` with every form replaced. */
  replace(text: string, replacement: string): string {
    if (this.#plain.size === 0 && this.#hex.size === 0) return text;
    const parts: string[] = [];
    let copied = 0;
    for (let at = 0; at + minFormLength <= text.length; ) {
      const length = this.#starts[hashStart(text, at)] === 0 ? 0 : this.#lengthAt(text, at);
      if (length > 0) {
        parts.push(text.slice(copied, at), replacement);
        copied = at + length;
      }
      at += Math.max(1, length);
    }
    return copied === 0 ? text : parts.join('') + text.slice(copied);
  }

  /** Returns the length of the longest form at this position, 0 if there is none. */
  #lengthAt(text: string, at: number): number {
    const key = text.slice(at, at + minFormLength);
    const plain = this.#plain.get(key);
    const longest = plain?.lengths.find((length) => plain.forms.has(text.slice(at, at + length))) ?? 0;
    if (this.#hex.size === 0 || !isHexDigit(text.charCodeAt(at))) return longest;
    const hex = this.#hex.get(key.toLowerCase());
    const isHere = (length: number) =>
      hex?.forms.has(text.slice(at, at + length).toLowerCase()) && isAtWholeBytes(text, at, at + length);
    return Math.max(longest, hex?.lengths.find(isHere) ?? 0);
  }
}

const startCount = 1 << 20;

/** Returns a hash of the first four characters. It is the same for upper-case and lower-case hex. */
function hashStart(text: string, at: number): number {
  let hash = 0;
  for (let index = at; index < at + 4; index++) hash = hash * 37 + (text.charCodeAt(index) | 0x20);
  return hash & (startCount - 1);
}

function add(index: Map<string, Bucket>, form: string): void {
  const key = form.slice(0, minFormLength);
  const bucket = index.get(key) ?? { lengths: [], forms: new Set() };
  bucket.forms.add(form);
  if (!bucket.lengths.includes(form.length))
    bucket.lengths = [...bucket.lengths, form.length].toSorted((a, b) => b - a);
  index.set(key, bucket);
}

/** Whether the hex digits from `at` to `end` are whole bytes: at an even position in a run of hex digits whose number is even. */
function isAtWholeBytes(text: string, at: number, end: number): boolean {
  let start = at;
  while (isHexDigit(text.charCodeAt(start - 1))) start--;
  let stop = end;
  while (isHexDigit(text.charCodeAt(stop))) stop++;
  return (at - start) % 2 === 0 && (stop - start) % 2 === 0;
}

/** False for NaN, which `charCodeAt` returns outside the text. */
const isHexDigit = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
