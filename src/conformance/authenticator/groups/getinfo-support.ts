/** Reads the members of getInfo without checking them, CTAP 2.1 section 6.4. */
import type { CborMap } from '#protocol/cbor.ts';
import { checkSuccess } from '../checks.ts';
import type { TestContext } from '../test-context.ts';

export const readAll = async (context: TestContext): Promise<CborMap> =>
  checkSuccess(await context.send('authenticatorGetInfo'));
