import { describe, expect, test } from 'vitest';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { type Compatibility, checkCompatibility } from './compatibility.ts';
import type { RealKeyFacts } from './find-key.ts';

type Key = Pick<RealKeyFacts, 'pin' | 'options'>;
const keyWithPin: Key = { pin: { state: 'set', retries: 8 }, options: { clientPin: true } };
const keyWithoutPin: Key = { pin: { state: 'unset' }, options: { clientPin: false } };
const keyWithoutPinSupport: Key = { pin: { state: 'unsupported' }, options: {} };

type Step = [keyword: string, args?: unknown];
function caseWith(authenticator: ExpandedCase['authenticator'], ...steps: Step[]): ExpandedCase {
  const calls = steps.map(([keyword, args]) => ({ keyword, args }));
  return { authenticator, browser: {}, setup: [], steps: calls, teardown: [] } as unknown as ExpandedCase;
}
const pinSet = { pin: { set: '1234' } };
const compatible = { compatible: true } as const;

describe('checkCompatibility', () => {
  test.each<[string, ExpandedCase, Key, Compatibility]>([
    ['enters the PIN', caseWith(pinSet, ['enter-pin', '1234'], ['touch']), keyWithPin, compatible],
    ['enters a too short PIN first', caseWith(pinSet, ['enter-pin', ['12', '1234']]), keyWithPin, compatible],
    ['requires no PIN', caseWith({}, ['touch']), keyWithoutPin, compatible],
    ['requires the retries that the key has', caseWith({ pin: { set: '1234', retries: 8 } }), keyWithPin, compatible],
    [
      'unplugs the key during makeCredential',
      caseWith({}, ['unplug-key', { during: 'makeCredential' }]),
      keyWithoutPin,
      compatible,
    ],
  ])('accepts a case that %s', (_, scenario, key, expected) => {
    expect(checkCompatibility(scenario, key)).toEqual(expected);
  });

  test.each<[string, ExpandedCase, Key, string]>([
    ['enters a wrong PIN', caseWith(pinSet, ['enter-pin', ['9999', '1234']]), keyWithPin, 'A wrong PIN would be tried'],
    [
      'enters a PIN although none is set',
      caseWith({}, ['enter-pin', '1234']),
      keyWithoutPin,
      'A wrong PIN would be tried',
    ],
    [
      'creates a PIN',
      caseWith({ pin: 'unset' }, ['create-pin', '1234']),
      keyWithoutPin,
      'A PIN would be set on the key',
    ],
    ['changes the PIN', caseWith(pinSet, ['change-pin', '5678']), keyWithPin, 'The PIN of the key would be changed'],
    [
      'requires a key without a PIN',
      caseWith({ pin: 'unset' }),
      keyWithPin,
      'The key would be reset to remove its PIN',
    ],
    ['requires a PIN on a key without one', caseWith(pinSet), keyWithoutPin, 'A PIN would be set on the key'],
    [
      'requires a PIN that is not blocked',
      caseWith(pinSet),
      { ...keyWithPin, pin: { state: 'blocked', retries: 0 } },
      'The key would be reset because its PIN is blocked',
    ],
  ])('reports as destructive a case that %s', (_, scenario, key, destructive) => {
    expect(checkCompatibility(scenario, key)).toEqual({ destructive });
  });

  test.each<[string, ExpandedCase, Key, string]>([
    [
      'unplugs the key during a fast command',
      caseWith({}, ['unplug-key', { during: 'clientPIN/getPinToken' }]),
      keyWithoutPin,
      'A real key cannot be unplugged by hand during clientPIN/getPinToken',
    ],
    [
      'requires a PIN on a key that does not support one',
      caseWith(pinSet),
      keyWithoutPinSupport,
      'The case requires a PIN, and this key does not support one',
    ],
    [
      'requires fewer PIN retries than the key has',
      caseWith({ pin: { set: '1234', retries: 1 } }),
      keyWithPin,
      'The case requires 1 PIN retries left, and this key has 8',
    ],
    [
      'requires a fingerprint',
      caseWith({ fingerprints: 1 }),
      keyWithoutPin,
      'The case requires a fingerprint, and none is enrolled on this key',
    ],
    [
      'requires a blocked PIN',
      caseWith({ pin: 'blocked' }),
      keyWithPin,
      'A real key cannot be put into the state that the case requires (pin: blocked)',
    ],
    [
      'requires an attestation format',
      caseWith({ ...pinSet, fmt: 'tpm' }),
      keyWithPin,
      'A real key cannot be put into the state that the case requires (authenticator.fmt)',
    ],
  ])('reports as unsupported a case that %s', (_, scenario, key, unsupported) => {
    expect(checkCompatibility(scenario, key)).toEqual({ unsupported });
  });
});
