/** Reports of real runs: an emulated authenticator with and without a defect, and verifiers with and without rules. */
import { systemRandom } from '#base/random.ts';
import { emulatedTargets } from '../../../cli/compose/emulated-test-target.ts';
import { emulatorTrustAnchors } from '../../../cli/compose/emulator-catalogue.ts';
import { createReferenceVerifier } from '../../../cli/compose/reference-verifier.ts';
import { suiteEmulator } from '../../../cli/compose/suite-emulator.ts';
import type { Rule } from '../../../relying-party/verification/rules.ts';
import { authenticatorCatalogue } from '../../authenticator/catalogue.ts';
import { readInfoOf, runSuite } from '../../authenticator/run-suite.ts';
import { relyingPartyCatalogue } from '../../relying-party/catalogue.ts';
import { createLibraryTarget } from '../../relying-party/library-target.ts';
import { runRelyingPartySuite } from '../../relying-party/run-suite.ts';
import { selectEntries } from '../../select.ts';
import { authenticatorReport } from '../authenticator-report.ts';
import { relyingPartyReport } from '../relying-party-report.ts';
import type { ConformanceReport } from '../report-model.ts';

const sampleRun: ConformanceReport['run'] = {
  id: 'sample',
  startedAt: '2026-11-26T12:00:00.000Z',
  durationMs: 1234,
  command: 'conform',
  touchstone: '0.1.0',
  node: 'v20.20.2',
  platform: 'linux x64',
};

const retries = ['form', 'new', 'decrease', 'wrong-pin', 'restored', 'restored-by-change', 'stored-before-compare'];
const selection = [...retries.map((id) => `pin.retries.${id}`), 'makecred.client-data-hash', 'getinfo'];

/** Returns the report of requirements on PIN retries, and of some others, on an emulated authenticator. */
export async function sampleAuthenticatorReport(
  defect?: string,
  persona = 'touchstone-complete',
): Promise<ConformanceReport> {
  const requirements = selectEntries(authenticatorCatalogue, selection);
  const source = emulatedTargets(persona, defect === undefined ? [] : [defect]);
  const results = await runSuite(requirements, source);
  return authenticatorReport({
    run: sampleRun,
    requirements,
    results,
    name: source.name,
    info: await readInfoOf(source),
    profiles: [{ id: 'ctap2.1', title: 'CTAP 2.1', verdict: defect === undefined ? 'passed' : 'failed' }],
  });
}

/** Returns the report of some cases on a conforming verifier, and on one that lacks a rule. */
export async function sampleRelyingPartyReport(lacks: Rule = 'client-data.origin'): Promise<ConformanceReport> {
  const cases = selectEntries(relyingPartyCatalogue, ['client-data.origin', 'none', 'attestation-object.cut-off']);
  const parties = { random: systemRandom, trustAnchors: emulatorTrustAnchors() };
  const runs = [];
  for (const [name, missing] of [
    ['conforming', []],
    ['weak', [lacks]],
  ] as const) {
    const target = createLibraryTarget(
      { ...createReferenceVerifier(new Set(missing)), name, version: '1.0.0' },
      parties,
    );
    runs.push({
      target,
      uri: `adapters/${name}.mjs`,
      results: await runRelyingPartySuite(cases, target, suiteEmulator()),
    });
  }
  return relyingPartyReport(sampleRun, cases, runs);
}
