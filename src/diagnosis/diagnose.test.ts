import { describe, expect, test } from 'vitest';
import { seededRandom } from '#base/seeded-random.ts';
import { causes } from './causes.ts';
import { diagnose } from './diagnose.ts';
import { answersSchema, type FactName, type Facts, toFacts } from './facts.ts';
import { type AnswersInput, changes, workingAttempt } from './testing/attempts.ts';

type Sections = Record<string, Record<string, unknown>>;

/** Returns the working attempt with the values of each change. */
function attemptWith(...some: AnswersInput[]): Facts {
  const merged: Sections = {};
  for (const answers of [workingAttempt, ...some])
    for (const [section, values] of Object.entries(answers)) merged[section] = { ...merged[section], ...values };
  return toFacts(answersSchema.parse(merged));
}

const without = (facts: Facts, names: readonly FactName[]): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => !names.includes(name as FactName)));

const firstCause = (facts: Facts) => diagnose(facts).first?.cause.id;

test('an attempt that works has no cause, and nothing is left to ask', () => {
  expect(diagnose(attemptWith())).toEqual({ first: undefined, next: [], unknown: [] });
});

test.each(Object.entries(changes))('names the cause %s', (id, change) => {
  expect(firstCause(attemptWith(change))).toBe(id);
});

test('names at least 25 causes that settings and properties lead to', () => {
  const predicted = causes.filter(({ predictions }) => predictions.length > 0).map(({ id }) => id);
  expect(Object.keys(changes).toSorted()).toEqual(predicted.toSorted());
  expect(predicted.length).toBeGreaterThanOrEqual(25);
});

describe('with facts missing at random and a second cause in a later layer', () => {
  const ids = causes.map(({ id }) => id).filter((id) => Object.hasOwn(changes, id));

  test('names the first cause in at least 95 of 100 attempts', () => {
    const random = seededRandom('diagnose');
    const below = (end: number) => new DataView(random.bytes(4).buffer).getUint32(0) % end;
    const attempts = Array.from({ length: 1000 }, () => {
      const index = below(ids.length);
      const [id = '', later = ''] = [ids[index], ids[index + below(ids.length - index)]];
      const facts = attemptWith(changes[later] ?? {}, changes[id] ?? {});
      const needed = diagnose(attemptWith(changes[id] ?? {})).first?.evidence ?? [];
      const names = Object.keys(facts) as FactName[];
      const forgotten = names.filter((name) => !needed.includes(name) && below(4) === 0);
      return { id, found: firstCause(without(facts, forgotten)) };
    });
    const right = attempts.filter(({ id, found }) => id === found);
    expect(right.length / attempts.length).toBeGreaterThanOrEqual(0.95);
  });
});

test('the end of the attempt shows the cause, although an earlier one was predicted', () => {
  const facts = attemptWith({ user: { groups: ['contractors'] }, attempt: { refusal: 'aaguid-not-allowed' } });
  expect(diagnose(facts).first).toMatchObject({ cause: { id: 'aaguid-not-allowed' }, by: 'seen' });
});

test('a vague end is explained by what the user met during the ceremony', () => {
  const cancelled = { attempt: { ending: 'cancelled' } } as const;
  expect(firstCause(attemptWith(cancelled))).toBe('cancelled');
  expect(firstCause(attemptWith(cancelled, { key: { pin: 'blocked' } }))).toBe('pin-blocked');
  expect(firstCause(attemptWith(cancelled, { user: { guest: true } }))).toBe('cancelled');
});

test('the site is believed before the key, and the key before the dialog', () => {
  const ended = { error: 'NotAllowedError', ending: 'timeout', status: 'CTAP2_ERR_PIN_BLOCKED' } as const;
  expect(firstCause(attemptWith({ attempt: ended }))).toBe('pin-blocked');
  expect(firstCause(attemptWith({ attempt: { ...ended, refusal: 'challenge-expired' } }))).toBe('challenge-expired');
});

test('lists what follows after the first cause', () => {
  const { first, next } = diagnose(attemptWith({ key: { pin: 'blocked', attestation: 'none' } }));
  expect([first?.cause.id, ...next.map(({ cause }) => cause.id)]).toEqual(['pin-blocked', 'attestation-required']);
});

test('asks for the facts that could show an earlier cause, and for no others', () => {
  const facts = without(attemptWith({ key: { pin: 'blocked' } }), ['user.guest', 'user.groups', 'key.aaguid']);
  expect(diagnose(facts).unknown).toEqual(['user.guest', 'user.groups']);
  expect(diagnose({ ...facts, 'attempt.status': 'CTAP2_ERR_PIN_BLOCKED' }).unknown).toEqual([]);
});
