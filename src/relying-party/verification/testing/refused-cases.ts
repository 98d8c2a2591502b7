/** Verifies registrations that are made of changed parts, and defines a test for each part that must be refused. */
import { expect, it } from 'vitest';
import { toBase64url } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { type Reason, RefusalError } from '../../refusals.ts';
import { type RegistrationExpectations, verifyRegistration } from '../verify-registration.ts';
import { makeRegistration, type RegistrationParts } from './registration.ts';

export const challenge = toBase64url(systemRandom.bytes(32));

export const expectations = (changes: Partial<RegistrationExpectations> = {}): RegistrationExpectations => ({
  async redeemChallenge(value) {
    if (value !== challenge) throw new RefusalError('challenge-mismatch');
    return { algorithms: [-7, -8, -257] };
  },
  origin: 'http://localhost:1234',
  rpId: 'localhost',
  userVerification: 'required',
  attestation: 'requested',
  trustAnchors: [],
  now: Date.now(),
  ...changes,
});

/** Verifies a registration made of these parts. */
export const verify = async (parts: Partial<RegistrationParts> = {}, changes?: Partial<RegistrationExpectations>) =>
  verifyRegistration(await makeRegistration({ challenge, ...parts }), expectations(changes));

export type RefusedCases = Record<string, [Reason, Partial<RegistrationParts>]>;
/** Defines one test for each case: a registration made of these parts is refused for this reason. */
export const itRefuses = (cases: RefusedCases) =>
  it.each(Object.entries(cases))('is refused %s', async (_, [reason, parts]) => {
    expect(await verify(parts)).toMatchObject({ accepted: false, reason });
  });
