/** The state between requests: challenges, sessions and credentials; WebAuthn L3 sections 7.1 steps 8 and 26 and 13.4.3. */

import type { RegistrationChange, SessionEvent } from '../relying-party-case.ts';
import type { RuleId } from '../rules.ts';
import { authenticationCases, type Rows, refuse, registrationCases } from './define.ts';

/** A case with an event in the session, and a valid response. */
const inSession = (rule: RuleId, title: string, session: SessionEvent): Rows<RegistrationChange>[string] => ({
  ...refuse(rule, title, {}),
  session,
});

export const sessionCases = [
  ...registrationCases(
    'session',
    {},
    {
      'challenge.twice': inSession(
        'challenge.once',
        'A challenge is used for a second registration',
        'challenge-used-twice',
      ),
      'challenge.expired': inSession('challenge.expired', 'The challenge was issued a day ago', 'challenge-expired'),
      'challenge.other-session': inSession(
        'challenge.session',
        'The challenge was issued to another session',
        'challenge-of-another-session',
      ),
      'credential.twice': inSession(
        'credential-id.unique',
        'Another user has registered the credential',
        'credential-registered-twice',
      ),
    },
  ),
  ...authenticationCases(
    'sign-in-session',
    {},
    {
      'challenge.twice': inSession('challenge.once', 'A response is sent a second time', 'challenge-used-twice'),
      'challenge.expired': inSession('challenge.expired', 'The challenge was issued a day ago', 'challenge-expired'),
    },
  ),
];
