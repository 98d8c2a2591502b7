import { expect, test } from 'vitest';
import { defaultPolicy, policySchema } from '#relying-party/config.ts';
import { toPolicyInput } from './policy-mapping.ts';
import { policy } from './schema/relying-party.ts';

/** Every setting of a scenario, with a value that is not the default. */
const allSettings = policy.parse({
  'self-service': false,
  'included-groups': ['pilot'],
  'excluded-groups': ['contractors'],
  allow: ['security-key'],
  attestation: 'enforced',
  aaguids: { mode: 'deny', list: ['2fc0579f-8113-47ea-b116-bb5a8db9202a'] },
  mfa: { accept: ['tap'], 'fresh-for': '7m' },
  'user-verification': 'preferred',
  'resident-key': 'preferred',
  'passkey-autofill': true,
  'passkey-upgrade': true,
  timeout: '2m',
  algorithms: ['EdDSA'],
  'max-passkeys': 3,
  'challenge-lifetime': '1m',
  'pending-lifetime': '2m',
  tap: {
    'min-lifetime': '20m',
    'max-lifetime': '2h',
    'default-lifetime': '30m',
    'one-time': true,
    length: 12,
    'register-within': '3m',
  },
});

test('maps every setting of a scenario to the policy', () => {
  const mapped = policySchema.parse(toPolicyInput(allSettings)) as Record<string, unknown>;
  for (const [member, value] of Object.entries(defaultPolicy)) expect(mapped[member], member).not.toEqual(value);
  expect(mapped).toMatchObject({
    mfa: { accept: ['tap'], freshForMs: 420_000 },
    algorithms: [-8],
    tap: { minLifetimeMinutes: 20, length: 12 },
  });
});

test('keeps the values that the scenario does not set', () => {
  const base = policySchema.parse(toPolicyInput(allSettings));
  const changed = policySchema.parse(toPolicyInput(policy.parse({ mfa: { 'fresh-for': '1m' } }), base));
  expect(changed).toEqual({ ...base, mfa: { ...base.mfa, freshForMs: 60_000 } });
});
