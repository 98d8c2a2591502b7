/** Registers, and reads the answer, CTAP 2.1 section 6.1. */
import { type AuthenticatorData, parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { check, checkSuccess, readBytes } from '../checks.ts';
import { algorithmOfVariant } from '../preconditions.ts';
import { sendRegistration } from '../registration.ts';
import type { TestContext } from '../test-context.ts';

export const authenticatorData = { document: 'WebAuthn L3', section: '6.1' } as const;

/** Registers, and returns the members of the answer and the parsed authenticator data. */
export async function registerAndParse(
  context: TestContext,
): Promise<{ members: CborMap; authData: AuthenticatorData }> {
  const algorithm = algorithmOfVariant(context.variant);
  const options = {
    rk: context.variant === 'rk',
    ...(algorithm && { algorithm: coseAlgorithms[algorithm].alg }),
  };
  const members = checkSuccess(await sendRegistration(context, options));
  return { members, authData: parseAuthenticatorData(readBytes(members, 0x02, 'authData')) };
}

export const attestedData = (data: AuthenticatorData) => {
  check(data.attestedCredentialData !== undefined, 'Expected attested credential data in authData');
  return data.attestedCredentialData;
};
