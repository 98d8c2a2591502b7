/** Reads TPMT_PUBLIC and TPMS_ATTEST (TPM 2.0 Library, part 2): big-endian numbers, and buffers with a length of two bytes. */

export interface PublicArea {
  nameAlg: number;
  key: { curve: number; x: Uint8Array; y: Uint8Array } | { exponent: number; n: Uint8Array };
}

export interface Attest {
  magic: number;
  type: number;
  extraData: Uint8Array;
  name: Uint8Array;
}

/** Reads TPMT_PUBLIC. @throws {RangeError} if it is truncated, has trailing bytes, or its type is neither RSA nor ECC. */
export function readPublicArea(bytes: Uint8Array): PublicArea {
  const read = new BigEndianReader(bytes);
  const type = read.uint16();
  const nameAlg = read.uint16();
  read.take(4); // objectAttributes
  read.sized(); // authPolicy
  const key = readKey(type, read);
  read.end();
  return { nameAlg, key };
}

function readKey(type: number, read: BigEndianReader): PublicArea['key'] {
  const rsa = type === 0x0001;
  if (!rsa && type !== 0x0023) throw new RangeError(`Expected pubArea of type RSA or ECC, got type ${type}`);
  read.take(2); // symmetric
  if (read.uint16() !== 0x0010) read.take(2); // a scheme other than TPM_ALG_NULL names its hash
  if (rsa) {
    read.take(2); // keyBits
    return { exponent: read.uint32() || 65537, n: read.sized() };
  }
  const curve = read.uint16();
  read.take(2); // kdf
  return { curve, x: read.sized(), y: read.sized() };
}

/** Reads TPMS_ATTEST with TPMS_CERTIFY_INFO. @throws {RangeError} if it is truncated or has trailing bytes. */
export function readAttest(bytes: Uint8Array): Attest {
  const read = new BigEndianReader(bytes);
  const magic = read.uint32();
  const type = read.uint16();
  read.sized(); // qualifiedSigner
  const extraData = read.sized();
  read.take(17 + 8); // clockInfo, firmwareVersion
  const name = read.sized();
  read.sized(); // qualifiedName
  read.end();
  return { magic, type, extraData, name };
}

class BigEndianReader {
  #at = 0;
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('The TPM structure is truncated');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  uint16(): number {
    return this.take(2).reduce((value, byte) => value * 256 + byte, 0);
  }
  uint32(): number {
    return this.take(4).reduce((value, byte) => value * 256 + byte, 0);
  }
  sized(): Uint8Array {
    return this.take(this.uint16());
  }
  end(): void {
    if (this.#at < this.#bytes.length)
      throw new RangeError(`The TPM structure has ${this.#bytes.length - this.#at} trailing bytes`);
  }
}
