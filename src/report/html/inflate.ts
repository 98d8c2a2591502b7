/**
 * Decompresses raw DEFLATE data (RFC 1951). The page uses it and not the browser's `DecompressionStream`, which is asynchronous: the
 * page must be drawn when its load event fires, because `chromium --print-to-pdf` and similar programs print at this moment.
 */

/** Extra bits and base values of the length and distance codes, section 3.2.5. */
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const lengthBase = lengthExtra.map((_, code) => (code === 28 ? 258 : baseOf(lengthExtra, code, 3)));
const distanceExtra = Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1));
const distanceBase = distanceExtra.map((_, code) => baseOf(distanceExtra, code, 1));
/** Order of the code length codes, section 3.2.7. */
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function baseOf(extra: readonly number[], code: number, first: number): number {
  return extra.slice(0, code).reduce((sum, bits) => sum + (1 << bits), first);
}

/**
 * Returns the decompressed bytes.
 * @throws {Error} if the data is damaged or incomplete.
 */
export function inflate(data: Uint8Array): Uint8Array {
  const input = new BitReader(data);
  const output = new Output();
  for (let isLast = false; !isLast; ) {
    isLast = input.read(1) === 1;
    const type = input.read(2);
    if (type === 0) copyStored(input, output);
    else if (type === 1) inflateBlock(input, output, fixedCodes());
    else if (type === 2) inflateBlock(input, output, readDynamicCodes(input));
    else throw new Error('Cannot decompress: expected a block of type 0, 1 or 2, got 3');
  }
  return output.bytes();
}

/** Section 3.2.4. */
function copyStored(input: BitReader, output: Output): void {
  input.skipToByte();
  const length = input.read(16);
  if (input.read(16) !== (length ^ 0xffff))
    throw new Error('Cannot decompress: the length of a stored block is damaged');
  for (let count = 0; count < length; count++) output.push(input.read(8));
}

interface Codes {
  literals: CodeTable;
  distances: CodeTable;
}

/** Section 3.2.3. */
function inflateBlock(input: BitReader, output: Output, { literals, distances }: Codes): void {
  for (;;) {
    const symbol = input.readCode(literals);
    if (symbol < 256) {
      output.push(symbol);
      continue;
    }
    if (symbol === 256) return;
    const length = readValue(input, symbol - 257, lengthBase, lengthExtra);
    const distance = readValue(input, input.readCode(distances), distanceBase, distanceExtra);
    output.repeat(distance, length);
  }
}

function readValue(input: BitReader, code: number, base: readonly number[], extra: readonly number[]): number {
  const start = base[code];
  if (start === undefined) throw new Error(`Cannot decompress: unknown code ${code}`);
  return start + input.read(extra[code] ?? 0);
}

/** Section 3.2.6. */
function fixedCodes(): Codes {
  const lengths = Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  );
  return { literals: createCodeTable(lengths), distances: createCodeTable(new Array(30).fill(5)) };
}

/** Section 3.2.7. */
function readDynamicCodes(input: BitReader): Codes {
  const literalCount = input.read(5) + 257;
  const distanceCount = input.read(5) + 1;
  const codeLengthCount = input.read(4) + 4;
  const codeLengths: number[] = new Array(codeLengthOrder.length).fill(0);
  for (const symbol of codeLengthOrder.slice(0, codeLengthCount)) codeLengths[symbol] = input.read(3);
  const lengths = readCodeLengths(input, createCodeTable(codeLengths), literalCount + distanceCount);
  return {
    literals: createCodeTable(lengths.slice(0, literalCount)),
    distances: createCodeTable(lengths.slice(literalCount)),
  };
}

function readCodeLengths(input: BitReader, table: CodeTable, count: number): number[] {
  const lengths: number[] = [];
  while (lengths.length < count) {
    const symbol = input.readCode(table);
    if (symbol < 16) lengths.push(symbol);
    else {
      const repeated = symbol === 16 ? (lengths.at(-1) ?? 0) : 0;
      const times = symbol === 16 ? 3 + input.read(2) : symbol === 17 ? 3 + input.read(3) : 11 + input.read(7);
      for (let time = 0; time < times; time++) lengths.push(repeated);
    }
  }
  return lengths;
}

interface CodeTable {
  /** Length of the longest code in bits. */
  bits: number;
  /** By the next `bits` bits of the input: the symbol times 16, plus the length of its code. */
  entries: Uint16Array;
}

/** Returns the table of the Huffman code with these code lengths, section 3.2.2. */
function createCodeTable(lengths: readonly number[]): CodeTable {
  const bits = Math.max(1, ...lengths);
  const entries = new Uint16Array(1 << bits);
  let code = 0;
  for (let length = 1; length <= bits; length++) {
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      for (let at = reverse(code, length); at < entries.length; at += 1 << length) entries[at] = symbol * 16 + length;
      code++;
    }
    code <<= 1;
  }
  return { bits, entries };
}

/** Codes are packed from their most significant bit, everything else from the least significant one, section 3.1.1. */
function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
  return reversed;
}

class BitReader {
  readonly #data: Uint8Array;
  #position = 0;
  #hold = 0;
  #count = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Returns the next `bits` bits, at most 16. */
  read(bits: number): number {
    this.#fill(bits);
    return this.#take(bits, this.#hold & ((1 << bits) - 1));
  }

  readCode({ bits, entries }: CodeTable): number {
    this.#fill(bits);
    const entry = entries[this.#hold & ((1 << bits) - 1)] ?? 0;
    if (entry === 0) throw new Error('Cannot decompress: unknown code');
    return this.#take(entry & 15, entry >> 4);
  }

  skipToByte(): void {
    this.#take(this.#count % 8, 0);
  }

  /** After the end of the data, zeros are read, so that a short last code can be looked up. */
  #fill(bits: number): void {
    while (this.#count < bits) {
      this.#hold |= (this.#data[this.#position++] ?? 0) << this.#count;
      this.#count += 8;
    }
  }

  #take(bits: number, result: number): number {
    this.#hold >>>= bits;
    this.#count -= bits;
    if (this.#position - (this.#count >> 3) > this.#data.length)
      throw new Error('Cannot decompress: the data is incomplete');
    return result;
  }
}

class Output {
  #bytes = new Uint8Array(65_536);
  #length = 0;

  push(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Repeats the last bytes from `distance` on; they may overlap with the new ones. */
  repeat(distance: number, length: number): void {
    if (distance > this.#length) throw new Error('Cannot decompress: a distance points before the start of the data');
    this.#reserve(length);
    for (let count = 0; count < length; count++) {
      this.#bytes[this.#length] = this.#bytes[this.#length - distance] ?? 0;
      this.#length++;
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
