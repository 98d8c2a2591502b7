import { describe, expect, test } from 'vitest';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { fitness } from './compatibility.ts';
import type { RealKeyFacts } from './find-key.ts';

type Key = Pick<RealKeyFacts, 'pin' | 'options'>;
const withPin: Key = { pin: { state: 'set', retries: 8 }, options: { clientPin: true } };
const withoutPin: Key = { pin: { state: 'unset' }, options: { clientPin: false } };
const neverPin: Key = { pin: { state: 'unsupported' }, options: {} };

type Step = [keyword: string, args?: unknown];
function scenario(authenticator: ExpandedCase['authenticator'], ...steps: Step[]): ExpandedCase {
  const calls = steps.map(([keyword, args]) => ({ keyword, args }));
  return { authenticator, browser: {}, setup: [], steps: calls, teardown: [] } as unknown as ExpandedCase;
}
const known = { pin: { set: '1234' } };

describe('a case', () => {
  test.each<[string, ExpandedCase, Key, object]>([
    ['types the PIN', scenario(known, ['enter-pin', '1234'], ['touch']), withPin, { fits: true }],
    ['types too little first', scenario(known, ['enter-pin', ['12', '1234']]), withPin, { fits: true }],
    ['wants no PIN', scenario({}, ['touch']), withoutPin, { fits: true }],
    ['wants the retries it has', scenario({ pin: { set: '1234', retries: 8 } }), withPin, { fits: true }],
    [
      'types a wrong PIN',
      scenario(known, ['enter-pin', ['9999', '1234']]),
      withPin,
      { price: 'a wrong PIN would be tried' },
    ],
    [
      'types the PIN when none is set',
      scenario({}, ['enter-pin', '1234']),
      withoutPin,
      { price: 'a wrong PIN would be tried' },
    ],
    [
      'creates one',
      scenario({ pin: 'unset' }, ['create-pin', '1234']),
      withoutPin,
      { price: 'a PIN would be set on it' },
    ],
    ['changes it', scenario(known, ['change-pin', '5678']), withPin, { price: 'its PIN would be changed' }],
    ['begins without', scenario({ pin: 'unset' }), withPin, { price: 'it would be reset, to have no PIN' }],
    ['begins with one', scenario(known), withoutPin, { price: 'a PIN would be set on it' }],
    [
      'begins anew',
      scenario(known),
      { ...withPin, pin: { state: 'blocked', retries: 0 } },
      { price: 'it would be reset, since its PIN is blocked' },
    ],
    ['pulls a key that waits', scenario({}, ['unplug-key', { during: 'makeCredential' }]), withoutPin, { fits: true }],
    [
      'pulls a key that is quicker',
      scenario({}, ['unplug-key', { during: 'clientPIN/getPinToken' }]),
      withoutPin,
      { lacks: 'nobody is quick enough to pull a key during clientPIN/getPinToken' },
    ],
    ['wants a PIN', scenario(known), neverPin, { lacks: 'the case wants a PIN, and this key has none' }],
    [
      'wants few retries',
      scenario({ pin: { set: '1234', retries: 1 } }),
      withPin,
      { lacks: 'the case wants 1 PIN retries left, and this key has 8' },
    ],
    [
      'wants a finger',
      scenario({ fingerprints: 1 }),
      withoutPin,
      { lacks: 'the case wants a fingerprint, and none is enrolled on this key' },
    ],
    [
      'wants it blocked',
      scenario({ pin: 'blocked' }),
      withPin,
      { lacks: 'a real key cannot be brought into what the case wants (pin: blocked)' },
    ],
    [
      'wants a format',
      scenario({ ...known, fmt: 'tpm' }),
      withPin,
      { lacks: 'a real key cannot be brought into what the case wants (authenticator.fmt)' },
    ],
  ])('that %s', (_what, one, key, expected) => {
    expect(fitness(one, key)).toEqual(expected);
  });
});
