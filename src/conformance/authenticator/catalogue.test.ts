/** Every requirement is proven: it passes on a conforming emulated authenticator and fails on one with its defect. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emulatedTargets } from '../../cli/compose/emulated-test-target.ts';
import { groupOf } from '../catalogue-entry.ts';
import { findLockProblems } from '../catalogue-lock.ts';
import { failsRun } from '../verdict.ts';
import { authenticatorCatalogue } from './catalogue.ts';
import { groupTitles } from './group-titles.ts';
import { findUnproven } from './prove.ts';
import { removedRequirements } from './removed-requirements.ts';
import { casesOf } from './run-case.ts';
import { runSuite } from './run-suite.ts';

const emulate = (persona: string, defect?: string) => emulatedTargets(persona, defect === undefined ? [] : [defect]);
const groups = [...new Set(authenticatorCatalogue.map(({ id }) => groupOf(id)))];

describe('the requirements on authenticators', () => {
  it.each(groups)('of the group %s are proven', { timeout: 60_000 }, async (group) => {
    const requirements = authenticatorCatalogue.filter(({ id }) => groupOf(id) === group);
    expect(await findUnproven(requirements, emulate)).toEqual([]);
  });

  it('are at least 600 with 900 cases', () => {
    expect(authenticatorCatalogue.length).toBeGreaterThanOrEqual(600);
    expect(casesOf(authenticatorCatalogue).length).toBeGreaterThanOrEqual(900);
  });

  it('have different ids, in groups that have a title', () => {
    expect(new Set(authenticatorCatalogue.map(({ id }) => id)).size).toBe(authenticatorCatalogue.length);
    expect(groups.toSorted()).toEqual(Object.keys(groupTitles).toSorted());
  });

  it.each(authenticatorCatalogue.map((requirement) => [requirement.id, requirement] as const))(
    '%s has a well-formed id, a sentence and a section',
    (id, { title, specification }) => {
      expect(id).toMatch(/^[a-z0-9]+(\.[a-z0-9-]+)+$/);
      expect(title).toMatch(/^\S.*[^.]$/);
      expect(specification.document).toMatch(
        /^(CTAP 2\.\d|WebAuthn L[23]|U2F 1\.2|ISO 7816-4|RFC 5280|FIPS 186-5|FIDO Metadata Statement 3\.0|FIDO Registry 2\.2)$/,
      );
      expect(specification.section).toMatch(/^\d/);
    },
  );

  it('agree with the lock', () => {
    const lock = readFileSync(new URL('catalogue.lock', import.meta.url), 'utf8');
    expect(findLockProblems(lock, authenticatorCatalogue, removedRequirements)).toEqual([]);
  });
});

describe('a conforming authenticator', () => {
  const models = [
    'touchstone-large-blob',
    'yubikey-5-nfc',
    'yubikey-bio',
    'solo',
    'windows-hello-hardware',
    'bitwarden',
  ];

  it.each(models)('like %s fails no requirement', { timeout: 60_000 }, async (persona) => {
    const results = await runSuite(authenticatorCatalogue, emulatedTargets(persona));
    expect(results.filter(({ verdict }) => failsRun([verdict]) || verdict === 'observation')).toEqual([]);
  });
});

describe('an authenticator with malformed answers', () => {
  it.each(['cbor.truncated', 'transport.empty', 'status.undefined', 'transport.bit-flipped', 'cbor.text-keys'])(
    'like %s does not end the run',
    { timeout: 60_000 },
    async (defect) => {
      const results = await runSuite(authenticatorCatalogue, emulate('touchstone-key', defect));
      expect(results).toHaveLength(casesOf(authenticatorCatalogue).length);
      expect(results.some(({ verdict }) => verdict === 'fail')).toBe(true);
    },
  );
});
