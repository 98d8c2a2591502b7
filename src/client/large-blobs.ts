/** authenticatorLargeBlobs (0x0C), CTAP 2.1 section 6.10.2, platform side: reads and writes the large-blob array in fragments. */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError, ProtocolViolation } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapCommands } from './ctap2.ts';
import { type PinUvAuthToken, pinUvAuthParameters } from './pin-protocol.ts';

/** Section 6.4: the values when getInfo reports none. */
const defaultMaxMsgSize = 1024;
const defaultMaxArrayLength = 1024;
/** maxFragmentLength is maxMsgSize without this. */
const messageOverhead = 64;

const maxFragmentLength = ({ maxMsgSize = defaultMaxMsgSize }: AuthenticatorInfo): number =>
  Math.max(maxMsgSize, defaultMaxMsgSize) - messageOverhead;

const maxArrayLength = ({ maxSerializedLargeBlobArray }: AuthenticatorInfo): number =>
  Math.max(maxSerializedLargeBlobArray ?? 0, defaultMaxArrayLength);

/**
 * Returns the serialized array.
 * @throws {ProtocolViolation} when a response has no data, or more than the key announces.
 */
export async function readLargeBlobArray(ctap: CtapCommands, info: AuthenticatorInfo): Promise<Uint8Array> {
  const get = maxFragmentLength(info);
  let array: Uint8Array = new Uint8Array(0);
  for (;;) {
    const { config } = await ctap.send('authenticatorLargeBlobs', { get, offset: array.length });
    if (!config) throw violation('the response has no config');
    array = concat(array, config);
    if (array.length > maxArrayLength(info)) throw violation(`it is longer than ${maxArrayLength(info)} bytes`);
    if (config.length < get) return array;
  }
}

/**
 * Replaces the serialized array. `token` has the permission `lbw`; a key without PIN and fingerprint needs none.
 * @throws {CtapError} for a refusal; CTAP2_ERR_LARGE_BLOB_STORAGE_FULL, without sending, for more than the key announces.
 */
export async function writeLargeBlobArray(
  array: Uint8Array,
  { ctap, info, token }: { ctap: CtapCommands; info: AuthenticatorInfo; token: PinUvAuthToken | undefined },
): Promise<void> {
  if (array.length > maxArrayLength(info))
    throw new CtapError(
      'CTAP2_ERR_LARGE_BLOB_STORAGE_FULL',
      `the array has ${array.length} bytes, the key stores ${maxArrayLength(info)}`,
    );
  const step = maxFragmentLength(info);
  for (let offset = 0; offset < array.length; offset += step) {
    const set = array.slice(offset, offset + step);
    await ctap.send('authenticatorLargeBlobs', {
      set,
      offset,
      ...(offset === 0 && { length: array.length }),
      ...pinUvAuthParameters(token, messageToAuthenticate(set, offset)),
    });
  }
}

/** 32 bytes 0xff, 0x0c00, the offset as 4 bytes in little-endian order, and the hash of the fragment. */
function messageToAuthenticate(fragment: Uint8Array, offset: number): Uint8Array {
  const position = new Uint8Array(4);
  new DataView(position.buffer).setUint32(0, offset, true);
  return concat(new Uint8Array(32).fill(0xff), new Uint8Array([0x0c, 0x00]), position, sha256(fragment));
}

const violation = (problem: string) =>
  new ProtocolViolation(
    { rule: 'response.large-blobs', section: 'CTAP 2.1 section 6.10.2', offset: 0 },
    `Cannot read the large-blob array: ${problem}`,
  );
