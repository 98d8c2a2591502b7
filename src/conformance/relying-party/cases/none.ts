/** Attestation format none: WebAuthn L3 section 8.7. */
import { setMember } from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { statement } from './certificates.ts';
import { accept, type Rows, refuse, registrationCases } from './define.ts';

const noneRows: Rows<RegistrationChange> = {
  'none.alg': refuse('none.empty', 'The statement contains alg', statement(setMember('alg', -7))),
  'none.sig': refuse('none.empty', 'The statement contains sig', statement(setMember('sig', new Uint8Array(8)))),
  'none.x5c': refuse('none.empty', 'The statement contains x5c', statement(setMember('x5c', []))),
  'none.unknown': refuse('none.empty', 'The statement contains an unknown member', statement(setMember('', null))),
  'none.control': accept('The statement is empty', {}),
};

export const noneCases = [
  ...registrationCases('none', {}, noneRows),
  ...registrationCases(
    'none',
    { settings: { attestation: 'optional' }, attestation: 'packed-self' },
    {
      'none.of-packed': refuse<RegistrationChange>('none.empty', 'fmt is none, but the statement is that of packed', {
        attestationObject: setMember('fmt', 'none'),
      }),
    },
  ),
];
