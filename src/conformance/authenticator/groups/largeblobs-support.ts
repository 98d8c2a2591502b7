/** What the files of the group largeblobs share. */
import { concat } from '#base/bytes.ts';
import type { PinUvAuthToken } from '#client/pin-protocol.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { checkSuccess, readBytes } from '../checks.ts';
import type { Exchange } from '../exchange.ts';
import { getToken } from '../pin.ts';
import { optionIsTrue } from '../preconditions.ts';
import type { TestContext } from '../test-context.ts';

export const command = 'authenticatorLargeBlobs';

export const invalidParameter = 'CTAP1_ERR_INVALID_PARAMETER';

export const lb = { get: 0x01, set: 0x02, offset: 0x03, length: 0x04, param: 0x05, protocol: 0x06 } as const;

export const request = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);

export const read = (context: TestContext, count: number, offset = 0): Promise<Exchange> =>
  context.send(command, request([lb.get, count], [lb.offset, offset]));

export const readArray = async (context: TestContext): Promise<Uint8Array> =>
  readBytes(checkSuccess(await read(context, 900)), 0x01, 'config');

/** Returns a large-blob array: the content and the first 16 bytes of its SHA-256. */
export const withDigest = (content: Uint8Array): Uint8Array => concat(content, sha256(content).subarray(0, 16));

export const emptyArray = withDigest(new Uint8Array([0x80]));

export const group = { group: 'largeblobs', document: 'CTAP 2.1', preconditions: [optionIsTrue('largeBlobs')] };

/** What a request writes. */
export interface Fragment {
  bytes: Uint8Array;
  offset?: number;
  /** Of the whole array; only in the first fragment. */
  length?: number | undefined;
  permission?: 'lbw' | 'cm';
  signedOffset?: number;
  /** Default: a new one. */
  token?: PinUvAuthToken;
}

/** Returns the request that writes a fragment, with a token. */
export async function buildWrite(context: TestContext, fragment: Fragment): Promise<CborMap> {
  const { bytes, offset = 0, length, permission = 'lbw', signedOffset = offset } = fragment;
  const { protocol, token } = fragment.token ?? (await getToken(context, [permission]));
  const position = new Uint8Array(4);
  new DataView(position.buffer).setUint32(0, signedOffset, true);
  const prefix = new Uint8Array([...Array<number>(32).fill(0xff), 0x0c, 0x00]);
  const members: [CborKey, CborValue][] = [
    [lb.set, bytes],
    [lb.offset, offset],
    ...(length === undefined ? [] : [[lb.length, length] as [CborKey, CborValue]]),
    [lb.param, protocol.authenticate(token, concat(prefix, position, sha256(bytes)))],
    [lb.protocol, protocol.version],
  ];
  return request(...members);
}

/** Writes a fragment. */
export const write = async (context: TestContext, fragment: Fragment) =>
  context.send(command, await buildWrite(context, fragment));

/** Writes a whole array in one fragment. */
export const writeArray = (context: TestContext, bytes: Uint8Array) => write(context, { bytes, length: bytes.length });
