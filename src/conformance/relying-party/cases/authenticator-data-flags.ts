/** rpIdHash and flags of authenticator data: WebAuthn L3 sections 6.1, 7.1 steps 14 to 17 and 7.2 steps 15 to 18. */
import { flag } from '#protocol/authenticator-data.ts';
import { sha256 } from '#protocol/crypto.ts';
import { flipBits } from '#protocol/edits.ts';
import type { Change, RegistrationChange } from '../relying-party-case.ts';
import type { RuleId } from '../rules.ts';
import { bytes, data, setFlags, structure } from './authenticator-data-edits.ts';
import { accept, either, type Rows, refuse } from './define.ts';

export const rpIdHashes: Rows<Change> = {
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

export const flagRows: Rows<Change> = {
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

/** All 256 values of the flags. */
export const allFlagsRows: Rows<RegistrationChange> = Object.fromEntries(
  Array.from({ length: 256 }, (_, flags) => sweepRow(flags)),
);
