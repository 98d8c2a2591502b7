/** Tokens and their use in registrations, CTAP 2.1 section 6.5.5.7. */
import { hasTokens, pinAuthorizesCeremonies } from '../preconditions.ts';

export const ceremonies = [hasTokens, pinAuthorizesCeremonies];

export const token = { group: 'token', document: 'CTAP 2.1' } as const;
