import { describe, expect, it } from 'vitest';
import { type PasskeyKind, type Policy, type PolicyInput, policySchema } from './config.ts';
import {
  conveyance,
  mfaChoices,
  refusesAaguid,
  refusesCredential,
  refusesMethodChange,
  refusesMfa,
  refusesUser,
  requestedAttachment,
} from './policy.ts';
import { type Reason, refuse } from './refusals.ts';
import type { MfaProof, TemporaryAccessPass, User } from './store/store.ts';
import { claimedKind } from './verification/passkey-kind.ts';

const policy = (input: PolicyInput = {}): Policy => policySchema.parse(input);
const [listed, other] = ['2fc0579f-8113-47ea-b116-bb5a8db9202a', 'cb69481e-8ff7-4039-93ec-0a2729a154a8'];

describe('the schema', () => {
  it('fills in what is left out', () => {
    expect(policy()).toMatchObject({
      selfService: true,
      attestation: 'requested',
      aaguids: { mode: 'off', list: [] },
      mfa: { accept: ['totp', 'tap'], freshForMs: 300_000 },
      tap: { defaultLifetimeMinutes: 60, length: 8, oneTime: false },
    });
  });

  it('writes AAGUIDs in lower case', () => {
    expect(policy({ aaguids: { mode: 'allow', list: [listed.toUpperCase()] } }).aaguids.list).toEqual([listed]);
  });

  const wrong: Record<string, [unknown, string]> = {
    'an unknown member': [{ selfservice: true }, ''],
    'no kind allowed': [{ allow: [] }, 'allow'],
    'a word that is no AAGUID': [{ aaguids: { mode: 'allow', list: ['yubikey'] } }, 'aaguids.list.0'],
    'AAGUID rules while the AAGUID stays hidden': [
      { attestation: 'ignored', aaguids: { mode: 'deny', list: [listed] } },
      'aaguids.mode',
    ],
    'a pass of 9 minutes': [{ tap: { minLifetimeMinutes: 9 } }, 'tap.minLifetimeMinutes'],
    'a pass of 43,201 minutes': [{ tap: { maxLifetimeMinutes: 43_201 } }, 'tap.maxLifetimeMinutes'],
    'a default above the maximum': [{ tap: { defaultLifetimeMinutes: 481 } }, 'tap.defaultLifetimeMinutes'],
    'a pass of 7 characters': [{ tap: { length: 7 } }, 'tap.length'],
    'no way to do MFA': [{ mfa: { accept: [] } }, 'mfa.accept'],
  };
  it.each(Object.entries(wrong))('refuses %s', (_, [input, path]) => {
    const parsed = policySchema.safeParse(input);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('who may register', () => {
  const cases: [string, PolicyInput, Partial<User>, number, Reason | undefined][] = [
    ['a member', {}, {}, 0, undefined],
    ['a guest', {}, { guest: true }, 0, 'guest'],
    ['a member while self-service is off', { selfService: false }, {}, 0, 'self-service-off'],
    ['a member of an included group', { includedGroups: ['sales'] }, {}, 0, undefined],
    ['somebody outside the included groups', { includedGroups: ['finance'] }, {}, 0, 'passkeys-off'],
    [
      'a member of an included and an excluded group',
      { includedGroups: ['sales'], excludedGroups: ['sales'] },
      {},
      0,
      'user-excluded',
    ],
    ['a member of another group than the excluded one', { excludedGroups: ['finance'] }, {}, 0, undefined],
    ['somebody with one passkey less than allowed', { maxPasskeys: 2 }, {}, 1, undefined],
    ['somebody with as many passkeys as allowed', { maxPasskeys: 2 }, {}, 2, 'too-many-passkeys'],
  ];
  it.each(cases)('%s', (_, input, user, passkeys, reason) => {
    expect(refusesUser(policy(input), { guest: false, groups: ['sales'], ...user }, passkeys)?.reason).toBe(reason);
  });
});

describe('multifactor authentication', () => {
  const at = 1_000_000;
  const cases: [string, MfaProof | undefined, number, Reason | undefined][] = [
    ['never done', undefined, at, 'mfa-required'],
    ['done just now', { method: 'totp', at }, at, undefined],
    ['done a millisecond less than 5 minutes ago', { method: 'totp', at }, at + 299_999, undefined],
    ['done 5 minutes ago', { method: 'totp', at }, at + 300_000, 'mfa-stale'],
    ['done with a pass 5 minutes ago', { method: 'tap', at }, at + 300_000, 'mfa-stale'],
    ['done with a one-time pass 9:59 ago', { method: 'tap', at, registerUntil: at + 600_000 }, at + 599_999, undefined],
    [
      'done with a one-time pass 10 minutes ago',
      { method: 'tap', at, registerUntil: at + 600_000 },
      at + 600_000,
      'tap-window-over',
    ],
  ];
  it.each(cases)('%s', (_, proof, now, reason) => {
    expect(refusesMfa(policy(), proof, ['totp'], now)?.reason).toBe(reason);
  });

  it('says that there is no method where there is none', () => {
    expect(refusesMfa(policy(), undefined, [], at)?.reason).toBe('no-mfa-method');
  });

  it('offers what the user has and the policy accepts', () => {
    const user = { totpSecret: 'S' } as User;
    const pass = {} as TemporaryAccessPass;
    expect(mfaChoices(policy(), user, pass)).toEqual(['totp', 'tap']);
    expect(mfaChoices(policy({ mfa: { accept: ['tap'] } }), user, pass)).toEqual(['tap']);
    expect(mfaChoices(policy({ mfa: { accept: ['tap'] } }), user, undefined)).toEqual([]);
    expect(mfaChoices(policy(), {} as User, undefined)).toEqual([]);
  });
});

describe('changing other methods', () => {
  const cases: [string, Reason | undefined, number, Reason | undefined][] = [
    ['after fresh MFA', undefined, 1, undefined],
    ['without MFA, by somebody who could do it', 'mfa-required', 0, 'mfa-required'],
    ['after stale MFA', 'mfa-stale', 0, 'mfa-stale'],
    ['without MFA, by somebody without any method', 'no-mfa-method', 0, undefined],
    ['without MFA, by somebody who has passkeys only', 'no-mfa-method', 1, 'mfa-required'],
  ];
  it.each(cases)('%s', (_, gate, passkeys, reason) => {
    expect(refusesMethodChange(gate && refuse(gate), passkeys)?.reason).toBe(reason);
  });
});

describe('what the options ask for', () => {
  const attachments: [PasskeyKind[], string | undefined][] = [
    [['security-key', 'this-device', 'synced'], undefined],
    [['security-key'], 'cross-platform'],
    [['this-device'], 'platform'],
    [['this-device', 'synced'], 'platform'],
    [['security-key', 'synced'], undefined],
  ];
  it.each(attachments)('%s: attachment %s', (allow, wanted) => {
    expect(requestedAttachment(policy({ allow: allow as [PasskeyKind] }))).toBe(wanted);
  });

  it('asks for attestation unless that is ignored', () => {
    expect(conveyance(policy({ attestation: 'enforced' }))).toBe('direct');
    expect(conveyance(policy({ attestation: 'requested' }))).toBe('direct');
    expect(conveyance(policy({ attestation: 'ignored' }))).toBe('none');
  });
});

describe('which credential may be registered', () => {
  const only = (...allow: [PasskeyKind, ...PasskeyKind[]]): PolicyInput => ({ allow });
  const cases: [string, PolicyInput, PasskeyKind | 'unknown', Reason | undefined][] = [
    ['a key where keys are allowed', only('security-key'), 'security-key', undefined],
    ['a key where only this device is', only('this-device'), 'security-key', 'security-keys-not-allowed'],
    ['this device where only keys are', only('security-key'), 'this-device', 'this-device-not-allowed'],
    ['a synced one where only keys are', only('security-key'), 'synced', 'synced-not-allowed'],
    ['a synced one', {}, 'synced', undefined],
    ['a synced one where attestation is enforced', { attestation: 'enforced' }, 'synced', 'synced-not-allowed'],
    ['one of unknown kind where both are allowed', {}, 'unknown', undefined],
    ['one of unknown kind where only keys are', only('security-key'), 'unknown', 'authenticator-kind-unknown'],
  ];
  it.each(cases)('%s', (_, input, kind, reason) => {
    expect(refusesCredential(policy(input), { kind, aaguid: listed })?.reason).toBe(reason);
  });

  const models: ['off' | 'allow' | 'deny', string, Reason | undefined][] = [
    ['off', listed, undefined],
    ['allow', listed, undefined],
    ['allow', other, 'aaguid-not-allowed'],
    ['deny', listed, 'aaguid-not-allowed'],
    ['deny', other, undefined],
  ];
  it.each(models)('list mode %s, AAGUID %s', (mode, aaguid, reason) => {
    expect(refusesAaguid(policy({ aaguids: { mode, list: [listed] } }), aaguid)?.reason).toBe(reason);
  });

  const kinds: [string | undefined, string[], boolean, string][] = [
    ['cross-platform', ['usb', 'nfc'], false, 'security-key'],
    ['cross-platform', [], false, 'security-key'],
    ['cross-platform', ['hybrid', 'internal'], false, 'this-device'],
    ['platform', ['internal'], false, 'this-device'],
    ['platform', ['internal'], true, 'synced'],
    [undefined, ['usb'], false, 'security-key'],
    [undefined, ['internal'], false, 'this-device'],
    [undefined, [], false, 'unknown'],
  ];
  it.each(kinds)(
    'attachment %s, transports %s, eligible for backup %s: %s',
    (attachment, transports, eligible, kind) => {
      expect(claimedKind({ attachment, transports }, eligible)).toBe(kind);
    },
  );
});
