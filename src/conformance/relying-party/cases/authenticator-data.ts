/** Authenticator data: WebAuthn L3 sections 6.1, 6.5.1 and 7.1 steps 14 to 19 and 25, 7.2 steps 15 to 19 and 22. */
import { concat } from '#base/bytes.ts';
import { flag } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import { appendBytes, dropLastBytes } from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { bytes, data, setFlags, structure } from './authenticator-data-edits.ts';
import { allFlagsRows, flagRows, rpIdHashes } from './authenticator-data-flags.ts';
import { credentialIdRows } from './credential-id.ts';
import { accept, authenticationCases, either, type Rows, refuse, registrationCases } from './define.ts';
import { extensionRows } from './extension-outputs.ts';
import { authenticationRows } from './sign-in-authenticator-data.ts';

const registrationRows: Rows<RegistrationChange> = {
  ...rpIdHashes,
  ...flagRows,
  'flags.at-missing': refuse(structure, 'AT is not set, but there is attested credential data', setFlags(0, flag.AT)),
  'flags.ed-missing': refuse(
    structure,
    'ED is not set, but there are extensions',
    bytes((all) => concat(all, encode(new Map([['credProtect', 2]])))),
  ),
  'length.zero': refuse<RegistrationChange>(structure, 'There is no byte', {
    attestationObject: (all) => new Map(all).set('authData', new Uint8Array()),
  }),
  'length.36': refuse(
    structure,
    'The counter is cut off',
    bytes((all) => all.slice(0, 36)),
  ),
  'length.37': refuse(
    structure,
    'Nothing follows the counter, but AT is set',
    bytes((all) => all.slice(0, 37)),
  ),
  'length.in-aaguid': refuse(
    structure,
    'The AAGUID is cut off',
    bytes((all) => all.slice(0, 45)),
  ),
  'length.in-id-length': refuse(
    structure,
    'The length of the credential id is cut off',
    bytes((all) => all.slice(0, 54)),
  ),
  'length.in-id': refuse(
    structure,
    'The credential id is cut off',
    bytes((all) => all.slice(0, 70)),
  ),
  'length.without-key': refuse(
    structure,
    'The public key is missing',
    bytes((all) => all.slice(0, 87)),
  ),
  'length.in-key': refuse(structure, 'The public key is cut off', bytes(dropLastBytes(1))),
  'length.trailing': refuse(structure, 'A byte follows the public key', bytes(appendBytes(0))),
  'length.trailing-map': refuse(
    structure,
    'An empty map follows the public key, but ED is not set',
    bytes(appendBytes(0xa0)),
  ),
  'length.doubled': refuse(
    structure,
    'The authenticator data occurs twice',
    bytes((all) => concat(all, all)),
  ),
  'not-attested': refuse(
    'auth-data.attested',
    'There is no attested credential data, and AT is not set',
    bytes((all) => all.slice(0, 37).with(32, (all[32] ?? 0) & ~flag.AT)),
  ),
  'not-attested.extensions': refuse(
    'auth-data.attested',
    'There are extensions, but no attested credential data',
    bytes((all) =>
      concat(all.slice(0, 37).with(32, ((all[32] ?? 0) & ~flag.AT) | flag.ED), encode(new Map([['credProtect', 2]]))),
    ),
  ),
  'counter.maximum': accept(
    'The counter has its maximum value',
    data((all) => ({ ...all, signCount: 0xffff_ffff })),
  ),
  'counter.zero': accept(
    'The counter is 0',
    data((all) => ({ ...all, signCount: 0 })),
  ),
  'aaguid.zero': accept(
    'The AAGUID is zero',
    bytes((all) => concat(all.subarray(0, 37), new Uint8Array(16), all.subarray(53))),
  ),
  'flags.reserved-1': either('The bit is reserved for future use', 'The reserved bit 1 is set', setFlags(0x02)),
  'flags.reserved-5': either('The bit is reserved for future use', 'The reserved bit 5 is set', setFlags(0x20)),
};

const policyRows: Rows<RegistrationChange> = {
  'policy.uv-preferred': accept('UV is not set, and user verification is preferred', setFlags(0, flag.UV), {
    settings: { userVerification: 'preferred' },
  }),
  'policy.up-preferred': refuse(
    'flags.user-present',
    'UP is not set, and user verification is preferred',
    setFlags(0, flag.UP),
    { settings: { userVerification: 'preferred' } },
  ),
  'policy.synced': accept('The passkey is synced: BE and BS are set', {}, { synced: true }),
  'policy.eligible': accept('The passkey can be synced, but is not yet: BE is set', setFlags(flag.BE)),
};

export const authenticatorDataCases = [
  ...registrationCases('authenticator-data', {}, { ...registrationRows, ...policyRows }),
  ...registrationCases('credential-id', {}, credentialIdRows),
  ...registrationCases('extensions', {}, extensionRows),
  ...registrationCases('flags', {}, allFlagsRows),
  ...authenticationCases('sign-in-authenticator-data', {}, { ...authenticationRows, ...extensionRows }),
];
