import { expect, it } from 'vitest';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { explainRelyingPartyCase, relyingPartyCasesAsJson } from './describe-relying-party-case.ts';

function find(id: string) {
  const one = relyingPartyCatalogue.find((candidate) => candidate.id === id);
  if (!one) throw new Error(`Expected the case ${id} in the catalogue`);
  return one;
}

it('explains a rule with what its lack means', () => {
  const text = explainRelyingPartyCase(find('client-data.origin.other'));
  expect(text).toContain('Without it: A response that was made for the page of an attacker is accepted.');
  expect(text).toContain('Severity: account-takeover.');
});

it('explains a case that is less bad than the lack of its rule', () => {
  const text = explainRelyingPartyCase(find('client-data.origin.slash'));
  expect(text).toContain('If this is accepted: An origin is compared after it was changed');
  expect(text).toContain('Severity: hygiene.');
});

it('gives the reason of a case with two correct outcomes, which violates nothing', () => {
  const one = find('sign-in-authenticator-data.counter.same');
  const text = explainRelyingPartyCase(one);
  expect(text).toContain('Both outcomes are correct: Step 22 leaves it to the relying party');
  expect(text).toContain('Rule assertion.counter, which a relying party may have');
  expect(text).not.toMatch(/Severity|MUST/);
  expect(relyingPartyCasesAsJson([one])).toMatchObject([{ severity: [] }]);
});
