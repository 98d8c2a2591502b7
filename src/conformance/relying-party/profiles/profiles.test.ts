/** Profiles are frozen and have no gap, and a capability that they demand must not be missing. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { relyingPartyCatalogue } from '../catalogue.ts';
import type { RelyingPartyCaseResult } from '../run-case.ts';
import { type Capability, findMissingSupport } from '../support.ts';
import type { RelyingPartyTarget } from '../target.ts';
import { serverRequirements } from './fido2-server.ts';
import type { Demand, RelyingPartyProfile } from './profile.ts';
import {
  casesOfDemand,
  casesOfProfile,
  failMissingCapabilities,
  findUntestedDemands,
  judgeRelyingPartyProfile,
  lockedCases,
  type RelyingPartyProfileId,
  relyingPartyProfileIds,
  relyingPartyProfiles,
} from './profiles.ts';

const lock = readFileSync(new URL('profiles.lock', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean);
const groups = [...new Set(relyingPartyCatalogue.map(({ group }) => group))];
const demandsOf = (id: RelyingPartyProfileId): readonly Demand[] => relyingPartyProfiles[id].demands;

/** Has nothing that a relying party can lack. */
const bareTarget: RelyingPartyTarget = {
  name: 'test',
  formats: [],
  algorithms: [],
  checksTrust: false,
  usesMetadata: false,
  keepsState: false,
  openAccount: async () => {
    throw new Error('not used');
  },
};
const completeTarget: RelyingPartyTarget = {
  ...bareTarget,
  formats: undefined,
  algorithms: undefined,
  checksTrust: true,
  usesMetadata: true,
  keepsState: true,
  conformanceApi: { origin: '', newName: () => '', openSession: () => bareTarget.openAccount as never },
};

/** Returns what cases of a profile find missing on a target that lacks `part` of what the complete one has. */
function findLacking(id: RelyingPartyProfileId, part: Partial<RelyingPartyTarget>): Set<Capability | undefined> {
  const cases = casesOfProfile(id, relyingPartyCatalogue);
  return new Set(cases.map((one) => findMissingSupport(one, { ...completeTarget, ...part })?.capability));
}

describe('the profiles', () => {
  it('have every case of their lock', () => {
    const present = new Set(lockedCases(relyingPartyCatalogue));
    expect(lock.length).toBeGreaterThan(0);
    expect(lock.filter((line) => !present.has(line))).toEqual([]);
  });

  it('do not change when the catalogue gets a case of a later version', () => {
    const [first, ...others] = relyingPartyCatalogue;
    const changed = first ? [{ ...first, since: '1.1' }, ...others] : [];
    const ids = casesOfProfile('fido2-server', changed).map(({ id }) => id);
    expect(ids).not.toContain(first?.id);
    expect(ids.length).toBe(casesOfProfile('fido2-server', relyingPartyCatalogue).length - 1);
  });

  it.each(relyingPartyProfileIds)('%s has cases, or a reason, for every demand', (id) => {
    const gaps = demandsOf(id).filter((demand) =>
      typeof demand.cases === 'string'
        ? demand.cases === ''
        : casesOfDemand(demand, relyingPartyCatalogue).length === 0,
    );
    expect(gaps).toEqual([]);
  });

  it('cannot name cases that do not exist', () => {
    const [demand] = demandsOf('fido2-server');
    expect(() => demand && casesOfDemand({ ...demand, cases: ['unknown'] }, relyingPartyCatalogue)).toThrow(
      '"unknown"',
    );
  });

  it.each(relyingPartyProfileIds)('%s contains every group, or the reason why not', (id) => {
    const { notDemanded }: RelyingPartyProfile = relyingPartyProfiles[id];
    const contained = new Set(casesOfProfile(id, relyingPartyCatalogue).map(({ group }) => group));
    expect(groups.filter((group) => contained.has(group) === group in notDemanded)).toEqual([]);
  });

  it('fido2-server has a demand for every subject of the server requirements', () => {
    const sources = demandsOf('fido2-server').map(({ source }) => source);
    const subjects = sources
      .filter(({ document }) => document === 'FIDO Server Requirements')
      .map((one) => one.section);
    expect([...new Set(subjects)]).toEqual([...serverRequirements]);
  });

  it('fido2-server names the text that the cases follow for every demand of the server requirements', () => {
    const isUnread = ({ source }: Demand) => source.document === 'FIDO Server Requirements';
    expect(demandsOf('fido2-server').filter((demand) => isUnread(demand) && !demand.basis)).toEqual([]);
  });

  it.each(relyingPartyProfileIds)('%s demands only capabilities that its cases find missing', (id) => {
    const found = [
      { formats: [] },
      { algorithms: [] },
      { checksTrust: false },
      { usesMetadata: false },
      { keepsState: false },
      { conformanceApi: undefined },
    ].flatMap((part) => [...findLacking(id, part)]);
    const demanded = demandsOf(id).flatMap(({ capabilities }) => capabilities);
    expect(demanded.filter((capability) => !found.includes(capability))).toEqual([]);
    expect(demanded.length).toBeGreaterThan(0);
  });
});

/** Results of all cases of a profile on a target: what applies passes. */
const runOn = (target: RelyingPartyTarget, id: RelyingPartyProfileId): RelyingPartyCaseResult[] =>
  casesOfProfile(id, relyingPartyCatalogue).map((one) => {
    const missing = findMissingSupport(one, target);
    return {
      id: one.id,
      verdict: missing ? 'not-applicable' : 'pass',
      message: missing?.reason ?? '',
      evidence: [],
      outcome: undefined,
      lacking: missing?.capability,
    };
  });
const judge = (id: RelyingPartyProfileId, results: readonly RelyingPartyCaseResult[]) =>
  judgeRelyingPartyProfile(id, relyingPartyCatalogue, failMissingCapabilities(id, results));

describe('the verdict of a profile', () => {
  it.each(relyingPartyProfileIds)('%s is passed if every case passes', (id) => {
    expect(judge(id, runOn(completeTarget, id))).toBe('passed');
  });

  it.each(['fail', 'inconclusive'] as const)('is failed with the verdict %s', (verdict) => {
    const [first, ...others] = runOn(completeTarget, 'webauthn-rp');
    expect(first && judge('webauthn-rp', [{ ...first, verdict }, ...others])).toBe('failed');
  });

  it('does not exist if a case was not run', () => {
    expect(judge('webauthn-rp', runOn(completeTarget, 'webauthn-rp').slice(1))).toBe('not-tested');
  });

  it('is failed if something is missing that the profile demands', () => {
    const target = { ...completeTarget, formats: ['none', 'packed', 'fido-u2f', 'android-key'] };
    const results = failMissingCapabilities('fido2-server', runOn(target, 'fido2-server'));
    const failed = results.filter(({ verdict }) => verdict === 'fail');
    expect(failed.length).toBeGreaterThan(50);
    expect(new Set(failed.map(({ lacking }) => lacking))).toEqual(new Set(['format tpm']));
    expect(failed[0]?.message).toBe(
      'The profile fido2-server demands: format tpm. test does not verify the format tpm',
    );
    expect(judge('fido2-server', runOn(target, 'fido2-server'))).toBe('failed');
  });

  it('is passed without what the profile leaves to the relying party', () => {
    const target = {
      ...completeTarget,
      formats: ['none', 'packed', 'tpm', 'fido-u2f', 'android-key'],
      usesMetadata: false,
    };
    expect(judge('fido2-server', runOn(target, 'fido2-server'))).toBe('passed');
    expect(judge('webauthn-rp', runOn({ ...target, formats: ['none'] }, 'webauthn-rp'))).toBe('passed');
  });

  it('does not exist if a demand could not be tested, also if its valid ceremonies were', () => {
    const results = runOn({ ...completeTarget, checksTrust: undefined }, 'fido2-server');
    expect(results.some(({ id, verdict }) => id.startsWith('chain.') && verdict === 'pass')).toBe(true);
    expect(judge('fido2-server', results)).toBe('not-tested');
    expect(findUntestedDemands('fido2-server', relyingPartyCatalogue, results)).toMatchObject([
      { demand: { capabilities: ['trust anchors'] }, reason: 'The suite does not know which roots test trusts' },
    ]);
  });

  it('does not exist for a relying party that lacks something, if the profile was not chosen', () => {
    const results = runOn({ ...completeTarget, algorithms: [-7, -8] }, 'fido2-server');
    expect(judge('fido2-server', results)).toBe('failed');
    expect(judgeRelyingPartyProfile('fido2-server', relyingPartyCatalogue, results)).toBe('not-tested');
  });
});
