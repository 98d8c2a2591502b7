import { describe, expect, it } from 'vitest';
import { relyingPartyCatalogue } from './catalogue.ts';
import { sampleCases } from './sample.ts';
import type { RelyingPartyTarget } from './target.ts';

const target: RelyingPartyTarget = {
  name: 'test',
  checksTrust: false,
  keepsState: false,
  findObstacle: ({ change }) => (change.envelope ? 'the page writes the JSON' : undefined),
  openAccount: async () => {
    throw new Error('not used');
  },
};

describe('sampleCases', () => {
  it('returns the same number of cases of each group, if there are enough, and only cases that the target can run', () => {
    const sample = sampleCases(relyingPartyCatalogue, target, 60);
    expect(sample).toHaveLength(60);
    const counts = new Map<string, number>();
    for (const { group } of sample) counts.set(group, (counts.get(group) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(4);
    expect(counts.size).toBeGreaterThan(15);
    expect(sample.filter(({ change }) => change.envelope)).toEqual([]);
  });

  it('has each case once, in the order of the catalogue, and is always the same', () => {
    const ids = sampleCases(relyingPartyCatalogue, target, 100).map(({ id }) => id);
    expect(new Set(ids).size).toBe(100);
    expect(ids).toEqual(relyingPartyCatalogue.map(({ id }) => id).filter((id) => ids.includes(id)));
    expect(sampleCases(relyingPartyCatalogue, target, 100).map(({ id }) => id)).toEqual(ids);
  });

  it('returns all cases if there are fewer', () => {
    expect(sampleCases(relyingPartyCatalogue.slice(-3), target, 60).length).toBeLessThanOrEqual(3);
  });
});
