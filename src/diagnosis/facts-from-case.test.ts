/** Attempts of the scenario library, recorded from a run in Chromium: their events and the last messages of the key. */
import { describe, expect, test } from 'vitest';
import type { CaseResult } from '#result/run-result.ts';
import { diagnose } from './diagnose.ts';
import { readCase } from './facts-from-case.ts';
import recorded from './testing/recorded-attempts.json' with { type: 'json' };

type Attempt = Parameters<typeof readCase>[0];

const attemptOf = (name: string): Attempt => {
  const found = recorded.find((one) => one.case === name);
  if (!found) throw new Error(`No recorded attempt of ${name}`);
  return found as unknown as Attempt;
};

describe('the cause of an attempt of the scenario library', () => {
  test.each(recorded.map((one) => [one.case, one.cause] as const))('%s: %s', (name, cause) => {
    const { isRegistered, facts } = readCase(attemptOf(name));
    expect(isRegistered).toBe(cause === null);
    if (!isRegistered) expect(diagnose(facts).first?.cause.id).toBe(cause);
  });

  test('has at least 25 different values', () => {
    expect(new Set(recorded.map(({ cause }) => cause)).size).toBeGreaterThanOrEqual(25);
  });
});

test('reads the facts that the key, the browser and the site report', () => {
  const { facts } = readCase(attemptOf('s6.security-key-refused/denied'));
  expect(facts).toMatchObject({
    'attempt.status': 'CTAP2_ERR_OPERATION_DENIED',
    'attempt.ending': 'denied-at-key',
    'key.fido2': true,
    'key.resident-keys': true,
    'key.aaguid': '2fc0579f-8113-47ea-b116-bb5a8db9202a',
    'policy.user-verification': 'required',
    'policy.algorithms': expect.arrayContaining(['ES256']),
    'browser.name': 'chrome',
  });
});

test('a failure that did not stop the user does not count', () => {
  const failed = attemptOf('s4.mfa-refused/wrong-code');
  const goesOn: CaseResult['events'] = [{ atMs: 0, party: 'relying-party', event: 'mfa.totp.ok' }];
  expect(diagnose(readCase({ ...failed, events: [...failed.events, ...goesOn] }).facts).first).toBeUndefined();
});

test.each(['', '00', '00ff', '01a0'])('a key whose getInfo is %j has no facts', (response) => {
  const attempt = attemptOf('s6.security-key-refused/denied');
  const wire = attempt.wire.map((one) => (one.response === undefined ? one : { ...one, response }));
  expect(Object.keys(readCase({ ...attempt, wire }).facts).filter((name) => name.startsWith('key.'))).toEqual([]);
});
