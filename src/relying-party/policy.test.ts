import { describe, expect, it } from 'vitest';
import { type PasskeyKind, type Policy, type PolicyInput, policySchema } from './config.ts';
import {
  attestationConveyance,
  availableMfaMethods,
  checkAaguid,
  checkCredential,
  checkMethodChange,
  checkMfa,
  checkUser,
  requestedAttachment,
  type UserMethods,
} from './policy.ts';
import { type Reason, refuse } from './refusals.ts';
import type { MfaProof, TemporaryAccessPass, User } from './store/store.ts';
import { classifyPasskey } from './verification/passkey-kind.ts';

const policy = (input: PolicyInput = {}): Policy => policySchema.parse(input);
const [listed, other] = ['2fc0579f-8113-47ea-b116-bb5a8db9202a', 'cb69481e-8ff7-4039-93ec-0a2729a154a8'];

describe('policySchema', () => {
  it('fills in defaults for absent members', () => {
    expect(policy()).toMatchObject({
      selfService: true,
      attestation: 'requested',
      aaguids: { mode: 'off', list: [] },
      mfa: { accept: ['totp', 'tap'], freshForMs: 300_000 },
      tap: { defaultLifetimeMinutes: 60, length: 8, oneTime: false },
    });
  });

  it('converts AAGUIDs to lower case', () => {
    expect(policy({ aaguids: { mode: 'allow', list: [listed.toUpperCase()] } }).aaguids.list).toEqual([listed]);
  });

  const invalid: Record<string, [unknown, string]> = {
    'an unknown member': [{ selfservice: true }, ''],
    'an empty list of allowed kinds': [{ allow: [] }, 'allow'],
    'a text that is not an AAGUID': [{ aaguids: { mode: 'allow', list: ['yubikey'] } }, 'aaguids.list.0'],
    'AAGUID restrictions without attestation': [
      { attestation: 'ignored', aaguids: { mode: 'deny', list: [listed] } },
      'aaguids.mode',
    ],
    'a pass of 9 minutes': [{ tap: { minLifetimeMinutes: 9 } }, 'tap.minLifetimeMinutes'],
    'a pass of 43,201 minutes': [{ tap: { maxLifetimeMinutes: 43_201 } }, 'tap.maxLifetimeMinutes'],
    'a default above the maximum': [{ tap: { defaultLifetimeMinutes: 481 } }, 'tap.defaultLifetimeMinutes'],
    'a pass of 7 characters': [{ tap: { length: 7 } }, 'tap.length'],
    'an empty list of MFA methods': [{ mfa: { accept: [] } }, 'mfa.accept'],
  };
  it.each(Object.entries(invalid))('refuses %s', (_, [input, path]) => {
    const parsed = policySchema.safeParse(input);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('reports that an unattested AAGUID cannot be trusted', () => {
    const parsed = policySchema.safeParse({ attestation: 'ignored', aaguids: { mode: 'allow', list: [listed] } });
    expect(parsed.error?.issues[0]?.message).toBe(
      'AAGUID restrictions need attestation "requested" or "enforced": an AAGUID without an attestation statement cannot be trusted',
    );
  });
});

describe('checkUser', () => {
  const cases: [string, Reason | undefined, PolicyInput, Partial<User>, number][] = [
    ['a member', undefined, {}, {}, 0],
    ['a guest', 'guest', {}, { guest: true }, 0],
    ['a member while self-service is off', 'self-service-off', { selfService: false }, {}, 0],
    ['a member of an included group', undefined, { includedGroups: ['sales'] }, {}, 0],
    ['a user outside the included groups', 'passkeys-off', { includedGroups: ['finance'] }, {}, 0],
    [
      'a member of an included and an excluded group',
      'user-excluded',
      { includedGroups: ['sales'], excludedGroups: ['sales'] },
      {},
      0,
    ],
    ['a member of another group than the excluded one', undefined, { excludedGroups: ['finance'] }, {}, 0],
    ['a user with one passkey less than allowed', undefined, { maxPasskeys: 2 }, {}, 1],
    ['a user with as many passkeys as allowed', 'too-many-passkeys', { maxPasskeys: 2 }, {}, 2],
  ];
  it.each(cases)('for %s returns %s', (_, reason, input, user, passkeys) => {
    expect(checkUser(policy(input), { guest: false, groups: ['sales'], ...user }, passkeys)?.reason).toBe(reason);
  });
});

describe('checkMfa', () => {
  const at = 1_000_000;
  const cases: [string, Reason | undefined, MfaProof | undefined, number][] = [
    ['never done', 'mfa-required', undefined, at],
    ['done just now', undefined, { method: 'totp', at }, at],
    ['done a millisecond less than 5 minutes ago', undefined, { method: 'totp', at }, at + 299_999],
    ['done 5 minutes ago', 'mfa-stale', { method: 'totp', at }, at + 300_000],
    ['done with a pass 5 minutes ago', 'mfa-stale', { method: 'tap', at }, at + 300_000],
    ['done with a one-time pass 9:59 ago', undefined, { method: 'tap', at, registerUntil: at + 600_000 }, at + 599_999],
    [
      'done with a one-time pass 10 minutes ago',
      'tap-window-over',
      { method: 'tap', at, registerUntil: at + 600_000 },
      at + 600_000,
    ],
  ];
  it.each(cases)('for MFA %s returns %s', (_, reason, proof, now) => {
    expect(checkMfa(policy(), proof, ['totp'], now)?.reason).toBe(reason);
  });

  it('refuses with no-mfa-method if the user has no method', () => {
    expect(checkMfa(policy(), undefined, [], at)?.reason).toBe('no-mfa-method');
  });
});

describe('availableMfaMethods', () => {
  it('returns the methods that the user has and the policy accepts', () => {
    const user = { totpSecret: 'S' } as User;
    const pass = { expiresAt: 100, oneTime: false } as TemporaryAccessPass;
    expect(availableMfaMethods(policy(), user, pass, 0)).toEqual(['totp', 'tap']);
    expect(availableMfaMethods(policy({ mfa: { accept: ['tap'] } }), user, pass, 0)).toEqual(['tap']);
    expect(availableMfaMethods(policy({ mfa: { accept: ['tap'] } }), user, undefined, 0)).toEqual([]);
    expect(availableMfaMethods(policy(), {} as User, undefined, 0)).toEqual([]);
  });

  const passes: [string, Partial<TemporaryAccessPass>, number, boolean][] = [
    ['a pass a millisecond before it expires', {}, 99, true],
    ['a pass when it expires', {}, 100, false],
    ['a pass that was used and is for several uses', { usedAt: 5 }, 50, true],
    ['a one-time pass that was not used', { oneTime: true }, 50, true],
    ['a one-time pass that was used', { oneTime: true, usedAt: 5 }, 50, false],
    ['a one-time pass that was used and has expired', { oneTime: true, usedAt: 5 }, 100, false],
  ];
  it.each(passes)('counts only usable passes: %s', (_, changes, now, usable) => {
    const pass = { expiresAt: 100, oneTime: false, ...changes } as TemporaryAccessPass;
    expect(availableMfaMethods(policy(), {} as User, pass, now)).toEqual(usable ? ['tap'] : []);
  });
});

describe('checkMethodChange', () => {
  const none: UserMethods = { available: [], passkeys: 0, hasApp: false };
  const cases: [string, Reason | undefined, Reason | undefined, Partial<UserMethods>][] = [
    ['after fresh MFA', undefined, undefined, { passkeys: 1 }],
    ['without MFA, for a user who can do it', 'mfa-required', 'mfa-required', { available: ['totp'], hasApp: true }],
    ['after stale MFA', 'mfa-stale', 'mfa-stale', { available: ['tap'] }],
    ['without MFA, for a user without any method', undefined, 'no-mfa-method', {}],
    ['without MFA, for a user who has only passkeys', 'mfa-required', 'no-mfa-method', { passkeys: 1 }],
    ['without MFA, for a user whose app is not accepted', 'mfa-required', 'no-mfa-method', { hasApp: true }],
    ['after the time of a one-time pass, for a user without any method', undefined, 'tap-window-over', {}],
    [
      'after the time of a one-time pass, for a user with an app',
      'tap-window-over',
      'tap-window-over',
      { available: ['totp'] },
    ],
  ];
  it.each(cases)('%s returns %s', (_, reason, mfaRefusal, methods) => {
    expect(checkMethodChange(mfaRefusal && refuse(mfaRefusal), { ...none, ...methods })?.reason).toBe(reason);
  });
});

describe('creation options', () => {
  const attachments: [PasskeyKind[], string | undefined][] = [
    [['security-key', 'this-device', 'synced'], undefined],
    [['security-key'], 'cross-platform'],
    [['this-device'], 'platform'],
    [['this-device', 'synced'], 'platform'],
    [['security-key', 'synced'], undefined],
  ];
  it.each(attachments)('for kinds %s have attachment %s', (allow, attachment) => {
    expect(requestedAttachment(policy({ allow: allow as [PasskeyKind] }))).toBe(attachment);
  });

  it('request attestation unless the policy ignores it', () => {
    expect(attestationConveyance(policy({ attestation: 'enforced' }))).toBe('direct');
    expect(attestationConveyance(policy({ attestation: 'requested' }))).toBe('direct');
    expect(attestationConveyance(policy({ attestation: 'ignored' }))).toBe('none');
  });
});

describe('checkCredential', () => {
  const only = (...allow: [PasskeyKind, ...PasskeyKind[]]): PolicyInput => ({ allow });
  const cases: [string, Reason | undefined, PolicyInput, PasskeyKind | 'unknown'][] = [
    ['a security key if security keys are allowed', undefined, only('security-key'), 'security-key'],
    ['a security key if only this device is allowed', 'security-keys-not-allowed', only('this-device'), 'security-key'],
    ['this device if only security keys are allowed', 'this-device-not-allowed', only('security-key'), 'this-device'],
    ['a synced passkey if only security keys are allowed', 'synced-not-allowed', only('security-key'), 'synced'],
    ['a synced passkey', undefined, {}, 'synced'],
    ['a synced passkey if attestation is enforced', 'synced-not-allowed', { attestation: 'enforced' }, 'synced'],
    ['a passkey of unknown kind if all kinds are allowed', undefined, {}, 'unknown'],
    [
      'a passkey of unknown kind if only security keys are allowed',
      'authenticator-kind-unknown',
      only('security-key'),
      'unknown',
    ],
  ];
  it.each(cases)('for %s returns %s', (_, reason, input, kind) => {
    expect(checkCredential(policy(input), { kind, aaguid: listed })?.reason).toBe(reason);
  });
});

describe('checkAaguid', () => {
  const models: ['off' | 'allow' | 'deny', string, Reason | undefined][] = [
    ['off', listed, undefined],
    ['allow', listed, undefined],
    ['allow', other, 'aaguid-not-allowed'],
    ['deny', listed, 'aaguid-not-allowed'],
    ['deny', other, undefined],
  ];
  it.each(models)('for list mode %s and AAGUID %s returns %s', (mode, aaguid, reason) => {
    expect(checkAaguid(policy({ aaguids: { mode, list: [listed] } }), aaguid)?.reason).toBe(reason);
  });
});

describe('classifyPasskey', () => {
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
    'for attachment %s, transports %s, backup eligible %s returns %s',
    (attachment, transports, eligible, kind) => {
      expect(classifyPasskey({ attachment, transports }, eligible)).toBe(kind);
    },
  );
});
