/** Credential ids in attested credential data: WebAuthn L3 sections 6.5.1 and 7.1 steps 25 and 26. */
import { concat, uint } from '#base/bytes.ts';
import type { Change, RegistrationChange } from '../relying-party-case.ts';
import { bytes, data, structure } from './authenticator-data-edits.ts';
import { accept, mayAccept, type Rows, refuse } from './define.ts';

const setId = (length: number, fill?: (id: Uint8Array) => Uint8Array): Change =>
  data((all) => {
    const attested = all.attestedCredentialData;
    if (!attested) return all;
    const id = concat(attested.credentialId, new Uint8Array(Math.max(0, length - attested.credentialId.length))).slice(
      0,
      length,
    );
    return { ...all, attestedCredentialData: { ...attested, credentialId: fill?.(id) ?? id } };
  });
const setIdLength = (change: (length: number) => number): Change =>
  bytes((all) => concat(all.subarray(0, 53), uint(change((all[53] ?? 0) * 256 + (all[54] ?? 0)), 2), all.subarray(55)));

const isNotCompared =
  'No step compares the two: a relying party that stores the id of the authenticator data needs no other one';
const hasNoMinimum =
  'Authenticators create ids of at least 16 bytes (section 4), but step 25 asks a relying party to check a maximum only';

export const credentialIdRows: Rows<RegistrationChange> = {
  'id.length-0': mayAccept(
    hasNoMinimum,
    refuse(['credential-id.length', 'credential-id.same'], 'The credential id has no bytes', setId(0)),
  ),
  ...Object.fromEntries(
    [1, 8, 15].map((length) => [
      `id.length-${length}`,
      mayAccept(
        hasNoMinimum,
        refuse<RegistrationChange>('credential-id.length', `The credential id has ${length} bytes`, setId(length)),
      ),
    ]),
  ),
  ...Object.fromEntries(
    [1024, 1025, 2048, 4096].map((length) => [
      `id.length-${length}`,
      refuse<RegistrationChange>('credential-id.length', `The credential id has ${length} bytes`, setId(length)),
    ]),
  ),
  'id.length-65535': refuse(
    'credential-id.length',
    'The length of the credential id is 65535',
    setIdLength(() => 65535),
  ),
  'id.length-more': refuse(
    structure,
    'The length of the credential id is one more than its bytes',
    setIdLength((length) => length + 1),
  ),
  'id.length-less': refuse(
    structure,
    'The length of the credential id is one less than its bytes',
    setIdLength((length) => length - 1),
  ),
  'id.length-beyond': refuse(
    structure,
    'The credential id ends beyond authenticator data',
    setIdLength(() => 1000),
  ),
  'id.other': mayAccept(
    isNotCompared,
    refuse('credential-id.same', 'id differs from the credential id that is signed', {
      envelope: (json) => ({ ...json, id: 'AAAAAAAAAAAAAAAAAAAAAA', rawId: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    }),
  ),
  'id.prefix': mayAccept(
    isNotCompared,
    refuse('credential-id.same', 'id is the beginning of the credential id that is signed', {
      envelope: (json) => ({ ...json, id: json.id.slice(0, 32), rawId: json.id.slice(0, 32) }),
    }),
  ),
  ...Object.fromEntries(
    [16, 17, 64, 255, 256, 1022, 1023].map((length) => [
      `id.control-${length}`,
      accept<RegistrationChange>(`The credential id has ${length} bytes`, {}, { credentialIdLength: length }),
    ]),
  ),
  'id.control-zero': accept(
    'The first 12 of the 16 bytes of the credential id are zero',
    setId(16, (id) => concat(new Uint8Array(12), id.subarray(0, 4))), // not all: it must be new to the server
  ),
};
