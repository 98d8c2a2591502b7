/** Profiles are frozen, and every persona passes the profile of its newest version. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defined } from '#base/testing/defined.ts';
import { personas } from '../../../../emulator/personas/registry.ts';
import { emulatedTargets } from '../../../cli/compose/emulated-test-target.ts';
import type { CaseResult } from '../../case-result.ts';
import { authenticatorCatalogue } from '../catalogue.ts';
import { readInfo } from '../read-info.ts';
import type { Requirement } from '../requirement.ts';
import { casesOf, runCase } from '../run-case.ts';
import { readInfoOf } from '../run-suite.ts';
import {
  findUnmetDemands,
  judgeProfile,
  lockedRequirements,
  ownProfileOf,
  profileIds,
  requirementsOf,
} from './profiles.ts';

const lock = readFileSync(new URL('profiles.lock', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean);
const first = defined(requirementsOf('ctap2.1', authenticatorCatalogue)[0]);
const passed: CaseResult[] = casesOf(requirementsOf('ctap2.1', authenticatorCatalogue)).map(
  ({ requirement: { id }, variant }) => ({ id, variant: variant?.name, verdict: 'pass', message: '', evidence: [] }),
);
const judge = (results: readonly CaseResult[]) => judgeProfile('ctap2.1', authenticatorCatalogue, results, []);

describe('the profiles', () => {
  it('have every requirement of their lock', () => {
    const present = new Set(lockedRequirements(authenticatorCatalogue));
    expect(lock.length).toBeGreaterThan(0);
    expect(lock.filter((line) => !present.has(line))).toEqual([]);
  });

  it.each(profileIds)('%s has requirements', (id) => {
    expect(requirementsOf(id, authenticatorCatalogue).length).toBeGreaterThan(0);
  });

  it('do not change when the catalogue gets a requirement of a later version', () => {
    const later: Requirement = { ...first, id: 'getinfo.later', since: '1.1' };
    expect(requirementsOf('ctap2.1', [first, later])).toEqual([first]);
  });

  it('count SHOULD only in the profile strict', () => {
    const should: Requirement = { ...first, level: 'SHOULD' };
    expect(requirementsOf('ctap2.1', [should])).toEqual([]);
    expect(requirementsOf('strict', [should])).toEqual([should]);
  });

  it('of an earlier CTAP version lack what a later one added', () => {
    const of = (id: 'ctap2.0' | 'ctap2.1' | 'ctap2.3') =>
      requirementsOf(id, authenticatorCatalogue).map((own) => own.id);
    expect(of('ctap2.0')).not.toContain('select.touch');
    expect(of('ctap2.1')).toContain('select.touch');
    expect(of('ctap2.3').length).toBeGreaterThan(of('ctap2.1').length);
  });

  it('name what the authenticator lacks', () => {
    const info = { ...readInfo(new Map()), versions: ['FIDO_2_0'], options: { rk: true, clientPin: false } };
    expect(findUnmetDemands('entra', info)).toEqual(['The extension hmac-secret is not supported']);
  });
});

describe('the verdict of a profile', () => {
  it('is passed if every case passes or does not apply', () => {
    const [one, ...rest] = passed;
    expect(judge([{ ...defined(one), verdict: 'not-applicable' }, ...rest])).toBe('passed');
  });

  it.each(['fail', 'inconclusive'] as const)('is failed with the verdict %s', (verdict) => {
    const [one, ...rest] = passed;
    expect(judge([{ ...defined(one), verdict }, ...rest])).toBe('failed');
  });

  it('does not exist if a case was not run', () => {
    expect(judge(passed.slice(1))).toBe('not-tested');
  });
});

/** Every persona runs a part of the cases: together the personas run all of them several times. */
const parts = 24;

describe('a persona passes its own profile', () => {
  it.each(Object.keys(personas).map((id, index) => ({ id, index })))(
    '$id',
    { timeout: 60_000 },
    async ({ id, index }) => {
      const source = emulatedTargets(id);
      const info = await readInfoOf(source);
      const cases = casesOf(requirementsOf(ownProfileOf(info, source.interfaces), authenticatorCatalogue));
      const own = cases.filter((_test, position) => position % parts === index % parts);
      const results: CaseResult[] = [];
      for (const test of own) results.push(await runCase(test, source, info));
      expect(results.filter(({ verdict }) => !['pass', 'not-applicable'].includes(verdict))).toEqual([]);
      expect(results.some(({ verdict }) => verdict === 'pass')).toBe(true);
    },
  );
});
