/**
 * `icon` of relying party and user, CTAP 2.0 sections 5.1 and 5.2: a URL that some CTAP 2.0 authenticators check, store and return.
 * CTAP 2.1 no longer has it; other authenticators ignore it like every unknown member.
 */
import { CtapError } from '#protocol/errors.ts';
import type { UserEntity } from '../credential-store.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { MakeCredentialRequest } from './registration.ts';

/** @throws {CtapError} CTAP2_ERR_CBOR_UNEXPECTED_TYPE if this authenticator has icons and one is not a text string. */
export function checkIcons({ rp, user }: MakeCredentialRequest, { persona }: AuthenticatorEnv): void {
  if (!persona.hasIcons) return;
  for (const [name, { icon }] of Object.entries({ rp, user }))
    if (icon !== undefined && typeof icon !== 'string')
      throw new CtapError('CTAP2_ERR_CBOR_UNEXPECTED_TYPE', `Expected ${name}.icon to be a text string`);
}

/** Returns what this authenticator stores of a user. */
export function toStoredUser(
  { id, name, displayName, icon }: MakeCredentialRequest['user'],
  { persona }: AuthenticatorEnv,
): UserEntity {
  return { id, name, displayName, ...(persona.hasIcons && typeof icon === 'string' && { icon }) };
}
