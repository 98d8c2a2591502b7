/** Authenticator data at sign-in: WebAuthn L3 sections 6.1 and 7.2 steps 15 to 19 and 22. */
import { concat } from '#base/bytes.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { appendBytes } from '#protocol/edits.ts';
import type { AuthenticationChange } from '../relying-party-case.ts';
import { bytes, data, setFlags, structure } from './authenticator-data-edits.ts';
import { flagRows, rpIdHashes } from './authenticator-data-flags.ts';
import { accept, mayAccept, type Rows, refuse } from './define.ts';

const usesBackupState = 'Step 19 is for relying parties whose logic or policy uses the backup state';
const isSignal = 'Step 22 leaves it to the relying party whether a counter that does not increase fails the sign-in';

export const authenticationRows: Rows<AuthenticationChange> = {
  ...rpIdHashes,
  ...flagRows,
  'flags.be-changes': mayAccept(
    usesBackupState,
    refuse('assertion.backup-eligibility', 'BE is set, but was not at registration', setFlags(flag.BE)),
  ),
  'flags.be-and-bs-change': mayAccept(
    usesBackupState,
    refuse(
      'assertion.backup-eligibility',
      'BE and BS are set, but BE was not at registration',
      setFlags(flag.BE | flag.BS),
    ),
  ),
  'flags.be-removed': mayAccept(
    usesBackupState,
    refuse('assertion.backup-eligibility', 'BE is not set, but was at registration', setFlags(0, flag.BE | flag.BS), {
      synced: true,
    }),
  ),
  'flags.be-removed-alone': refuse(
    ['flags.backup-state', 'assertion.backup-eligibility'],
    'BE is not set, but BS is, and BE was at registration',
    setFlags(0, flag.BE),
    { synced: true },
  ),
  'flags.at-claimed': refuse(structure, 'AT is set, but there is no attested credential data', setFlags(flag.AT)),
  'length.36': refuse(
    structure,
    'The counter is cut off',
    bytes((all) => all.slice(0, 36)),
  ),
  'length.1': refuse(
    structure,
    'There is one byte',
    bytes((all) => all.slice(0, 1)),
  ),
  'length.trailing': refuse(structure, 'A byte follows the counter', bytes(appendBytes(0))),
  'length.trailing-map': refuse(
    structure,
    'An empty map follows the counter, but ED is not set',
    bytes(appendBytes(0xa0)),
  ),
  'length.doubled': refuse(
    structure,
    'The authenticator data occurs twice',
    bytes((all) => concat(all, all)),
  ),
  'counter.zero': mayAccept(
    isSignal,
    refuse(
      'assertion.counter',
      'The counter is 0, but was above 0 at registration',
      data((all) => ({ ...all, signCount: 0 })),
    ),
  ),
  'counter.same': mayAccept(
    isSignal,
    refuse(
      'assertion.counter',
      'The counter is that of the registration',
      data((all) => ({ ...all, signCount: 1 })),
    ),
  ),
  'counter.control-next': accept(
    'The counter is one above that of the registration',
    data((all) => ({ ...all, signCount: 2 })),
  ),
  'counter.control-maximum': accept(
    'The counter has its maximum value',
    data((all) => ({ ...all, signCount: 0xffff_ffff })),
  ),
  'counter.control-synced': accept('The counter of a synced passkey stays 0', {}, { synced: true }),
  'policy.uv-preferred': accept('UV is not set, and user verification is preferred', setFlags(0, flag.UV), {
    settings: { userVerification: 'preferred' },
  }),
  'policy.backed-up-later': accept('BS is cleared: the passkey is not backed up any more', setFlags(0, flag.BS), {
    synced: true,
  }),
};
