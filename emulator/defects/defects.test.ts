/**
 * Every defect that no relying party must detect is observable: its observation gives the same result for two
 * authenticators without defects, and another result with the defect. Also checks the catalogue itself.
 */
import { describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { type AuthenticatorOptions, createAuthenticator, type DefectId, defectGroups, defects } from '../index.ts';
import { attestationObservations, flagObservations } from './testing/attestation-observations.ts';
import { AuthenticatorUnderTest, type Observation } from './testing/authenticator-under-test.ts';
import { assertionObservations, registrationObservations, resetObservations } from './testing/command-observations.ts';
import { ctapHidObservations } from './testing/ctaphid-observations.ts';
import { extensionObservations } from './testing/extension-observations.ts';
import { managementObservations } from './testing/management-observations.ts';
import { pinObservations, tokenObservations } from './testing/pin-observations.ts';
import { transportObservations } from './testing/transport-observations.ts';

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
  ...ctapHidObservations,
};
/** Returns the options that the observation of a defect requires. */
const optionsFor = (id: string): Partial<AuthenticatorOptions> => {
  if (Object.hasOwn(managementObservations, id)) return { persona: 'touchstone-complete' };
  return id === 'pin.never-blocked' ? { retries: 0 } : {};
};

describe('defects in behaviour', () => {
  it.each(Object.entries(observations))('%s changes its observation', async (id, observe) => {
    const clean = await observe(new AuthenticatorUnderTest([], optionsFor(id)));
    expect(await observe(new AuthenticatorUnderTest([], optionsFor(id))), 'two runs without the defect').toEqual(clean);
    expect(await observe(new AuthenticatorUnderTest([id as DefectId], optionsFor(id)))).not.toEqual(clean);
  });
});

describe('defect catalogue', () => {
  const testedElsewhere = /^(status|cbor|getinfo)\./; // in status-codes.test.ts and response-encoding.test.ts

  const proofs = new Set(authenticatorCatalogue.flatMap(({ provenBy }) => provenBy));
  /** The proofs of the conformance catalogue observe the defect. */
  const isTestedByCatalogue = (id: string) => proofs.has(id) && !Object.hasOwn(observations, id);

  it('has an observation for every defect that no other test covers', () => {
    const untested = Object.entries(defects).flatMap(([id, { detectedBy }]) =>
      detectedBy === 'relying-party' || testedElsewhere.test(id) || isTestedByCatalogue(id) ? [] : [id],
    );
    expect(Object.keys(observations).toSorted()).toEqual(untested.toSorted());
  });

  it('has at least 300 defects, each only in the group that its id starts with', () => {
    const all = Object.entries(defectGroups).flatMap(([group, { rows }]) =>
      Object.keys(rows).map((id) => ({ id, group })),
    );
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(all.length).toBe(Object.keys(defects).length);
    expect(all.filter(({ id, group }) => !id.startsWith(`${group}.`))).toEqual([]);
  });

  it.each(Object.entries(defects))(
    '%s has a title, a requirement, a detecting party and exactly one change',
    (_, row) => {
      const { title, breaks, detectedBy, ...change } = row;
      expect(title).toMatch(/^\S.*[^.]$/);
      expect(breaks).toMatch(/^(CTAP 2\.\d|WebAuthn L3|U2F 1\.2|ISO 7816-4|RFC \d+|FIPS 186-5) section \d/);
      expect(['relying-party', 'client', 'suite']).toContain(detectedBy);
      expect(Object.keys(change)).toHaveLength(1);
    },
  );

  it('applies several defects together', async () => {
    const { flags, signCount } = await new AuthenticatorUnderTest([
      'flags.up-missing',
      'counter.stuck',
    ]).registerAndReadAuthData();
    expect([flags & 0x01, signCount]).toEqual([0, 0]);
  });

  it('rejects an unknown defect id', () => {
    expect(() => createAuthenticator({ persona: 'touchstone-key', defects: ['nonsense' as DefectId] })).toThrow(
      UsageError,
    );
  });
});
