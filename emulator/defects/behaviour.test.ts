/** Every defect of behaviour shows: an observation that is the same in two correct authenticators, and another with the defect. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { type AuthenticatorOptions, createAuthenticator, type DefectId, defectGroups, defects } from '../index.ts';
import { extensionObservations, managementObservations, transportObservations } from './testing/answer-observations.ts';
import { attestationObservations, flagObservations } from './testing/attestation-observations.ts';
import { assertionObservations, registrationObservations, resetObservations } from './testing/command-observations.ts';
import { pinObservations, tokenObservations } from './testing/pin-observations.ts';
import { type Observation, Subject } from './testing/subject.ts';

const observations: Record<string, Observation> = {
  ...flagObservations,
  ...attestationObservations,
  ...pinObservations,
  ...tokenObservations,
  ...registrationObservations,
  ...assertionObservations,
  ...resetObservations,
  ...managementObservations,
  ...extensionObservations,
  ...transportObservations,
};
/** What an observation needs that is not there by default. */
const needs = (id: string): Partial<AuthenticatorOptions> => {
  if (Object.hasOwn(managementObservations, id)) return { persona: 'touchstone-complete' };
  return id === 'pin.never-blocked' ? { retries: 0 } : {};
};

describe('the observation differs with the defect', () => {
  it.each(Object.entries(observations))('%s', async (id, observe) => {
    const clean = await observe(new Subject([], needs(id)));
    expect(await observe(new Subject([], needs(id))), 'two clean runs agree').toEqual(clean);
    expect(await observe(new Subject([id as DefectId], needs(id)))).not.toEqual(clean);
  });
});

describe('the catalogue', () => {
  const shownElsewhere = /^(status|cbor|getinfo)\./; // all rows of these: status-codes.test.ts, answers.test.ts

  it('has an observation for every defect that is not shown elsewhere', () => {
    const unseen = Object.entries(defects).flatMap(([id, { tries }]) =>
      tries === 'relying-party' || shownElsewhere.test(id) ? [] : [id],
    );
    expect(Object.keys(observations).toSorted()).toEqual(unseen.toSorted());
  });

  it('has 300 defects and more, each in the group that its id names and in no other', () => {
    const all = Object.entries(defectGroups).flatMap(([group, { rows }]) =>
      Object.keys(rows).map((id) => ({ id, group })),
    );
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(all.length).toBe(Object.keys(defects).length);
    expect(all.filter(({ id, group }) => !id.startsWith(`${group}.`))).toEqual([]);
  });

  it.each(Object.entries(defects))(
    '%s says what it is, which requirement it breaks, and changes something',
    (_, row) => {
      const { title, breaks, tries, ...change } = row;
      expect(title).toMatch(/^\S.*[^.]$/);
      expect(breaks).toMatch(/^(CTAP 2\.\d|WebAuthn L3|RFC \d+) section \d/);
      expect(['relying-party', 'client', 'suite']).toContain(tries);
      expect(Object.keys(change)).toHaveLength(1);
    },
  );

  it('adds up', async () => {
    const { flags, signCount } = await new Subject(['flags.up-missing', 'counter.stuck']).registeredData();
    expect([flags & 0x01, signCount]).toEqual([0, 0]);
  });

  it('refuses an unknown id', () => {
    expect(() => createAuthenticator({ persona: 'touchstone-key', defects: ['nonsense' as DefectId] })).toThrow(
      UsageError,
    );
  });
});
