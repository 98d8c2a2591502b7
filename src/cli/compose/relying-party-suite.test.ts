import { describe, expect, it } from 'vitest';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { findUnprovenCases } from '#conformance/relying-party/prove.ts';
import { answerRules, optionsRules } from '#conformance/relying-party/rules/conformance-api.ts';
import { type RuleId, ruleIds } from '#conformance/relying-party/rules.ts';
import { CaseRunner } from '#conformance/relying-party/run-case.ts';
import { verificationRules } from '#relying-party/verification/rules.ts';
import { createPortalTarget } from './portal-target.ts';
import { proofParties } from './relying-party-suite.ts';
import { suiteEmulator } from './suite-emulator.ts';

const groups = [...new Set(relyingPartyCatalogue.map(({ group }) => group))];
/** Rules that depend on what a server keeps; the verifier itself does not have them. */
const rulesOfServers: readonly RuleId[] = [
  'challenge.once',
  'challenge.expired',
  'challenge.session',
  'credential-id.unique',
  'policy.model',
  'policy.synced',
  ...(Object.keys({ ...answerRules, ...optionsRules }) as RuleId[]),
];
/** Rules that another rule always enforces too, with the reason. */
const neverAlone: Readonly<Record<string, string>> = {
  'statement.ecdsa-encoding': 'OpenSSL reads DER only, so the signature does not verify either',
  'fido-u2f.certificate-key': 'a signature of ES256 does not verify with a key of another kind',
  'fido-u2f.credential-key': 'the signature covers a point of P-256',
  'android-key.algorithm': 'the signature does not verify with another algorithm',
  'android-key.credential-key': 'the signature is made with the credential key',
  'path.issuer-name': 'the order of x5c is wrong as well',
};

describe('the catalogue of relying parties', () => {
  it('has at least 500 registrations, 120 sign-ins and the sweep of all flags', () => {
    const flags = relyingPartyCatalogue.filter(({ group }) => group === 'flags').length;
    const registrations = relyingPartyCatalogue.filter(({ ceremony }) => ceremony === 'registration').length;
    expect(flags).toBe(256);
    expect(registrations - flags).toBeGreaterThanOrEqual(500);
    expect(relyingPartyCatalogue.length - registrations).toBeGreaterThanOrEqual(120);
  });

  it('has each id once', () => {
    const ids = relyingPartyCatalogue.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('contains the rules that the reference verifier enforces', () => {
    expect(ruleIds.filter((id) => !rulesOfServers.includes(id)).toSorted()).toEqual(verificationRules.toSorted());
  });

  it('has a case for every rule', () => {
    const tested = new Set(relyingPartyCatalogue.flatMap(({ rules }) => rules));
    expect(ruleIds.filter((id) => !tested.has(id))).toEqual([]);
  });

  it('has a case for every rule that only this rule refuses', () => {
    const alone = new Set(relyingPartyCatalogue.flatMap(({ rules }) => (rules.length === 1 ? rules : [])));
    expect(ruleIds.filter((id) => !alone.has(id)).toSorted()).toEqual(Object.keys(neverAlone).toSorted());
  });
});

describe('every case is proven by a relying party that lacks exactly its rules', () => {
  it.each(groups)(
    '%s',
    async (group) => {
      const cases = relyingPartyCatalogue.filter((one) => one.group === group);
      expect(await findUnprovenCases(cases, proofParties())).toEqual([]);
    },
    180_000,
  );
});

describe('the portal', () => {
  it('passes every case that needs no attestation, and stores nothing after a refusal', async () => {
    const runner = new CaseRunner(createPortalTarget(), suiteEmulator());
    const cases = relyingPartyCatalogue.filter(
      ({ base, group, vector, ceremony }) =>
        base.attestation === 'none' && group !== 'flags' && !vector && ceremony !== 'api', // the proof runs these on it
    );
    const results = [];
    for (const one of cases) results.push(await runner.run(one));
    expect(results.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  }, 180_000);
});
