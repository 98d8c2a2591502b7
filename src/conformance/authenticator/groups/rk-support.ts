/** Several discoverable credentials of one relying party. */
import type { CborMap } from '#protocol/cbor.ts';
import { readBytes, readMap } from '../checks.ts';
import { register } from '../registration.ts';
import type { TestContext } from '../test-context.ts';
import type { TestCredential } from '../test-credential.ts';

const userId = (index: number): Uint8Array => new Uint8Array(16).fill(index);

/** Registers discoverable credentials of different users. */
export async function registerSeveral(context: TestContext, count: number): Promise<TestCredential[]> {
  const credentials: TestCredential[] = [];
  for (let index = 1; index <= count; index++)
    credentials.push(await register(context, { rk: true, userId: userId(index) }));
  return credentials;
}

export const idOf = (members: CborMap): Uint8Array =>
  readBytes(readMap(members, 0x01, 'credential'), 'id', 'credential.id');
