/** Changes of authenticator data: WebAuthn L3 section 6.1. */
import type { AuthenticatorData } from '#protocol/authenticator-data.ts';
import type { Change } from '../relying-party-case.ts';

export const structure = 'auth-data.structure';
export const data = (change: (all: AuthenticatorData) => AuthenticatorData): Change => ({
  authenticator: { authData: change },
});
export const bytes = (change: (all: Uint8Array) => Uint8Array): Change => ({
  authenticator: { encodedAuthData: change },
});
export const setFlags = (set: number, clear = 0): Change =>
  bytes((all) => all.with(32, ((all[32] ?? 0) | set) & ~clear));
