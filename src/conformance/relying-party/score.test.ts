import { expect, it } from 'vitest';
import { relyingPartyCatalogue } from './catalogue.ts';
import type { RelyingPartyCaseResult } from './run-case.ts';
import { scoreResults } from './score.ts';

const result = (
  id: string,
  verdict: RelyingPartyCaseResult['verdict'],
  outcome?: RelyingPartyCaseResult['outcome'],
): RelyingPartyCaseResult => ({ id, verdict, outcome, message: '', evidence: [] });

it('counts mistakes by severity, and crashes and wrong refusals apart', () => {
  const results = [
    result('client-data.origin.other', 'fail', { verdict: 'accepted' }),
    result('packed.sig.bit', 'fail', { verdict: 'accepted' }),
    result('none.none.alg', 'fail', { verdict: 'accepted' }),
    result('packed.x5c.trailing', 'fail', { verdict: 'accepted' }), // breaks only a form
    result('client-data.control.byte-order-mark', 'fail', { verdict: 'refused' }),
    result('client-data.json.null', 'fail', { verdict: 'crashed', detail: '' }),
    result('client-data.json.list', 'pass', { verdict: 'refused' }),
    result('tpm.ver.missing', 'not-applicable'),
    result('tpm.ver.1.2', 'inconclusive'),
  ];
  expect(scoreResults(relyingPartyCatalogue, results)).toEqual({
    cases: 9,
    passed: 1,
    mistakes: {
      'account-takeover': 1,
      attestation: 1,
      interoperability: 0,
      hygiene: 2,
      'wrongly-refused': 1,
      crashed: 1,
    },
    notApplicable: 1,
    inconclusive: 1,
  });
});
