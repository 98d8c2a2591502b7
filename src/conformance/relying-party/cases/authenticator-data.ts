/** Authenticator data: WebAuthn L3 sections 6.1, 6.5.1 and 7.1 steps 14 to 19 and 25, 7.2 steps 15 to 19 and 22. */
import { concat, uint } from '#base/bytes.ts';
import { type AuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { type CborMap, type CborValue, encode } from '#protocol/cbor.ts';
import { sha256 } from '#protocol/crypto.ts';
import { appendBytes, dropLastBytes, flipBits } from '#protocol/edits.ts';
import type { AuthenticationChange, Change, RegistrationChange } from '../relying-party-case.ts';
import type { RuleId } from '../rules.ts';
import { accept, authenticationCases, either, type Rows, refuse, registrationCases } from './define.ts';

const structure = 'auth-data.structure';
const data = (change: (all: AuthenticatorData) => AuthenticatorData): Change => ({
  authenticator: { authData: change },
});
const bytes = (change: (all: Uint8Array) => Uint8Array): Change => ({ authenticator: { encodedAuthData: change } });
const setFlags = (set: number, clear = 0): Change => bytes((all) => all.with(32, ((all[32] ?? 0) | set) & ~clear));

const rpIdHashes: Rows<Change> = {
  'rp-id-hash.other': refuse(
    'auth-data.rp-id-hash',
    'rpIdHash is that of another site',
    data((all) => ({ ...all, rpIdHash: sha256('attacker.example') })),
  ),
  'rp-id-hash.zero': refuse(
    'auth-data.rp-id-hash',
    'rpIdHash is zero',
    data((all) => ({ ...all, rpIdHash: new Uint8Array(32) })),
  ),
  'rp-id-hash.first-bit': refuse('auth-data.rp-id-hash', 'The first bit of rpIdHash differs', bytes(flipBits(0, 0x80))),
  'rp-id-hash.last-bit': refuse('auth-data.rp-id-hash', 'The last bit of rpIdHash differs', bytes(flipBits(31))),
  'rp-id-hash.of-origin': refuse(
    'auth-data.rp-id-hash',
    'rpIdHash is the hash of an origin',
    data((all) => ({ ...all, rpIdHash: sha256('https://relying-party.example') })),
  ),
  'rp-id-hash.twice': refuse(
    'auth-data.rp-id-hash',
    'rpIdHash is hashed twice',
    data((all) => ({ ...all, rpIdHash: sha256(all.rpIdHash) })),
  ),
};

const flagRows: Rows<Change> = {
  'flags.up-missing': refuse('flags.user-present', 'UP is not set', setFlags(0, flag.UP)),
  'flags.uv-missing': refuse('flags.user-verified', 'UV is not set although it is required', setFlags(0, flag.UV)),
  'flags.neither': refuse(
    ['flags.user-present', 'flags.user-verified'],
    'Neither UP nor UV is set',
    setFlags(0, flag.UP | flag.UV),
  ),
  'flags.bs-without-be': refuse('flags.backup-state', 'BS is set, but BE is not', setFlags(flag.BS)),
  'flags.ed-claimed': refuse(structure, 'ED is set, but there are no extensions', setFlags(flag.ED)),
};

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

const credentialIdRows: Rows<RegistrationChange> = {
  'id.length-0': refuse(['credential-id.length', 'credential-id.same'], 'The credential id has no bytes', setId(0)),
  ...Object.fromEntries(
    [1, 8, 15].map((length) => [
      `id.length-${length}`,
      refuse<RegistrationChange>('credential-id.length', `The credential id has ${length} bytes`, setId(length)),
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
  'id.other': refuse('credential-id.same', 'id differs from the credential id that is signed', {
    envelope: (json) => ({ ...json, id: 'AAAAAAAAAAAAAAAAAAAAAA', rawId: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  }),
  'id.prefix': refuse('credential-id.same', 'id is the beginning of the credential id that is signed', {
    envelope: (json) => ({ ...json, id: json.id.slice(0, 32), rawId: json.id.slice(0, 32) }),
  }),
  ...Object.fromEntries(
    [16, 17, 64, 255, 256, 1022, 1023].map((length) => [
      `id.control-${length}`,
      accept<RegistrationChange>(`The credential id has ${length} bytes`, {}, { credentialIdLength: length }),
    ]),
  ),
  'id.control-zero': accept(
    'All 16 bytes of the credential id are zero',
    setId(16, () => new Uint8Array(16)),
  ),
};

const addExtensions = (value: CborValue): Change =>
  bytes((all) => concat(all.with(32, (all[32] ?? 0) | flag.ED), encode(value)));
const addExtensionBytes = (...more: number[]): Change =>
  bytes((all) => concat(all.with(32, (all[32] ?? 0) | flag.ED), Uint8Array.from(more)));
const output = (name: string, value: CborValue): CborMap => new Map([[name, value]]);

const extensionRows: Rows<Change> = {
  'extensions.list': refuse(structure, 'The extensions are a list', addExtensions([])),
  'extensions.text': refuse(structure, 'The extensions are text', addExtensions('credProtect')),
  'extensions.null': refuse(structure, 'The extensions are null', addExtensions(null)),
  'extensions.cut-off': refuse(structure, 'The extensions are cut off', addExtensionBytes(0xa1, 0x61)),
  'extensions.duplicate': refuse(
    structure,
    'An extension occurs twice',
    addExtensionBytes(0xa2, 0x61, 0x61, 1, 0x61, 0x61, 1),
  ),
  'extensions.indefinite': refuse(
    structure,
    'The extensions are a map of indefinite length',
    addExtensionBytes(0xbf, 0x61, 0x61, 1, 0xff),
  ),
  'extensions.order': refuse(
    structure,
    'The extensions are not in canonical order',
    addExtensionBytes(0xa2, 0x61, 0x62, 1, 0x61, 0x61, 1),
  ),
  'extensions.trailing': refuse(structure, 'A byte follows the extensions', addExtensionBytes(0xa1, 0x61, 0x61, 1, 0)),
  'extensions.twice': refuse(structure, 'A second map follows the extensions', addExtensionBytes(0xa0, 0xa0)),
  'extensions.control-empty': either(
    'An empty map is valid CBOR, but authenticators leave the extensions out',
    'The extensions are an empty map',
    addExtensions(new Map()),
  ),
  'extensions.control-unknown': accept(
    'An unknown extension has an output',
    addExtensions(output('example.extension', true)),
  ),
  'extensions.control-unsolicited': accept(
    'credProtect has an output that was not requested',
    addExtensions(output('credProtect', 2)),
  ),
  'extensions.control-nested': accept(
    'An extension output is a nested map',
    addExtensions(output('example', output('inner', new Uint8Array(8)))),
  ),
  'extensions.control-hmac': accept('hmac-secret has an output', addExtensions(output('hmac-secret', true))),
  'extensions.control-cred-blob': accept('credBlob has an output', addExtensions(output('credBlob', true))),
  'extensions.control-min-pin': accept('minPinLength has an output', addExtensions(output('minPinLength', 4))),
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

/** The rules that a registration with these flags violates; the content is that of attested credential data without extensions. */
function violatedRules(flags: number): RuleId[] {
  if (!(flags & flag.AT) || flags & flag.ED) return [structure];
  return [
    ...(flags & flag.UP ? [] : (['flags.user-present'] as const)),
    ...(flags & flag.UV ? [] : (['flags.user-verified'] as const)),
    ...(flags & flag.BS && !(flags & flag.BE) ? (['flags.backup-state'] as const) : []),
  ];
}

const reservedBits = 0x22;
const sweepRow = (flags: number): [string, Rows<RegistrationChange>[string]] => {
  const name = flags.toString(16).padStart(2, '0');
  const rules = violatedRules(flags);
  const change = bytes((all) => all.with(32, flags));
  const title = `The flags are 0x${name}`;
  if (rules.length > 0) return [name, refuse(rules, title, change)];
  if (flags & reservedBits) return [name, either('A reserved bit is set', title, change)];
  return [name, accept(title, change)];
};

const authenticationRows: Rows<AuthenticationChange> = {
  ...rpIdHashes,
  ...flagRows,
  'flags.be-changes': refuse(
    'assertion.backup-eligibility',
    'BE is set, but was not at registration',
    setFlags(flag.BE),
  ),
  'flags.be-and-bs-change': refuse(
    'assertion.backup-eligibility',
    'BE and BS are set, but BE was not at registration',
    setFlags(flag.BE | flag.BS),
  ),
  'flags.be-removed': refuse(
    'assertion.backup-eligibility',
    'BE is not set, but was at registration',
    setFlags(0, flag.BE | flag.BS),
    { synced: true },
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
  'counter.zero': refuse(
    'assertion.counter',
    'The counter is 0, but was above 0 at registration',
    data((all) => ({ ...all, signCount: 0 })),
  ),
  'counter.same': refuse(
    'assertion.counter',
    'The counter is that of the registration',
    data((all) => ({ ...all, signCount: 1 })),
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

export const authenticatorDataCases = [
  ...registrationCases('authenticator-data', {}, { ...registrationRows, ...policyRows }),
  ...registrationCases('credential-id', {}, credentialIdRows),
  ...registrationCases('extensions', {}, extensionRows),
  ...registrationCases('flags', {}, Object.fromEntries(Array.from({ length: 256 }, (_, flags) => sweepRow(flags)))),
  ...authenticationCases('sign-in-authenticator-data', {}, { ...authenticationRows, ...extensionRows }),
];
