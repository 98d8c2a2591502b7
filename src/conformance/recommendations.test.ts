import { describe, expect, it } from 'vitest';
import type { CaseResult } from './case-result.ts';
import { observeRecommendations } from './recommendations.ts';

const entries = [
  { id: 'a.must', level: 'MUST' },
  { id: 'a.should', level: 'SHOULD' },
] as const;

const result = (id: string, verdict: CaseResult['verdict']): CaseResult => ({
  id,
  variant: undefined,
  verdict,
  message: 'Expected 1, got 2',
  evidence: [],
});

describe('the results of a run', () => {
  it('show a violated recommendation as an observation with that reason', () => {
    expect(observeRecommendations([result('a.should', 'fail')], entries)).toEqual([
      { ...result('a.should', 'observation'), message: 'Recommended, not demanded: Expected 1, got 2' },
    ]);
  });

  it('keep a violated requirement', () => {
    expect(observeRecommendations([result('a.must', 'fail')], entries)).toEqual([result('a.must', 'fail')]);
  });

  it.each(['pass', 'inconclusive', 'not-applicable', 'waived'] as const)('keep the verdict %s', (verdict) => {
    expect(observeRecommendations([result('a.should', verdict)], entries)).toEqual([result('a.should', verdict)]);
  });
});
