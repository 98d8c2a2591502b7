/** makeCredential requests with one changed member, CTAP 2.1 section 6.1. */
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { withMember } from '../members.ts';
import { buildRegistration } from '../registration.ts';
import type { TestContext } from '../test-context.ts';

export const create = 'authenticatorMakeCredential';

/** Sends a registration with another value of one member. */
export const sendWithMember = (context: TestContext, path: readonly [CborKey, ...CborKey[]], value: CborValue) =>
  context.send(create, withMember(buildRegistration(context), path, value));
