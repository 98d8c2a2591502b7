/** Attestation format packed, with certificates and without: WebAuthn L3 sections 8.2 and 8.2.1. */
import { concat } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { deleteMember, editBytes, flipBits, setMember } from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { statement, suiteKey } from './certificates.ts';
import { type Rows, refuse, registrationCases } from './define.ts';
import { ecdsaEncodings } from './ecdsa-encodings.ts';
import { certificateRows } from './packed-certificate.ts';
import { algorithmRows, statementRows } from './packed-statement.ts';

const members = 'packed.members';

const selfRows: Rows<RegistrationChange> = {
  'alg.es384': refuse('packed.self-algorithm', 'alg is ES384 for a key of ES256', statement(setMember('alg', -35))),
  'alg.rs256': refuse('packed.self-algorithm', 'alg is RS256 for a key of ES256', statement(setMember('alg', -257))),
  'alg.text': refuse('packed.self-algorithm', 'alg is text', statement(setMember('alg', 'ES256'))),
  'alg.missing': refuse(['packed.self-algorithm', members], 'alg is missing', statement(deleteMember('alg'))),
  'sig.missing': refuse(['packed.self-signature', members], 'sig is missing', statement(deleteMember('sig'))),
  'sig.bit': refuse('packed.self-signature', 'One bit of sig differs', { authenticator: { signature: flipBits(-1) } }),
  'sig.text': refuse('packed.self-signature', 'sig is text', statement(setMember('sig', 'sig'))),
  'sig.other-key': refuse(
    'packed.self-signature',
    'sig is made with another key',
    statement((all, { authData, clientDataHash }) =>
      setMember('sig', suiteKey('other').sign(concat(authData, clientDataHash)))(all),
    ),
  ),
  'sig.other-client-data': refuse('packed.self-signature', 'sig covers the hash of other client data', {
    authenticator: { clientDataHash: (hash) => sha256(hash) },
  }),
  'sig.auth-data-after': refuse<RegistrationChange>(
    'packed.self-signature',
    'The counter changes after it was signed',
    {
      attestationObject: editBytes('authData', flipBits(33, 0x40)),
    },
  ),
  'member.more': refuse(members, 'There is a member more', statement(setMember('more', 1))),
  empty: refuse(
    ['packed.self-algorithm', 'packed.self-signature', members],
    'The statement is empty',
    statement(() => new Map()),
  ),
  ...ecdsaEncodings<RegistrationChange>('packed.self-signature', (change) => ({
    authenticator: { signature: change },
  })),
};

export const packedCases = [
  ...registrationCases(
    'packed',
    { attestation: 'packed-basic' },
    { ...statementRows, ...certificateRows, ...algorithmRows },
  ),
  ...registrationCases('packed-self', { attestation: 'packed-self' }, selfRows),
];
