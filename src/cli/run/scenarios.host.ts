/** The file Playwright Test loads: the selected cases of the run, or the whole library when an editor starts it. */

import { operatorOf } from '#real-keys/operator/operators.ts';
import { type ExpandedCase, needsLab } from '#scenario/language/expanded-case.ts';
import { isRealKey } from '#scenario/language/schema/authenticator.ts';
import { registerScenarios } from '#scenario/run/host.ts';
import { provideEmulated } from '../compose/case-authenticators.ts';
import { provideReal } from '../compose/real-authenticators.ts';
import { insideLab, unhurried } from '../lab/inside-lab.ts';
import { keyFacts, pinsFromEnvironment, planFromEnvironment } from './run-plan.ts';
import { readLibrary } from './scenario-library.ts';

const plan = planFromEnvironment();
const keys = plan?.keys ?? [];
const { cases } = readLibrary(plan?.paths ?? ['scenarios'], {
  env: process.env,
  ...(plan?.devices && { devices: plan.devices }),
  keys: keyFacts(keys),
});
const wanted = plan && new Set(plan.caseIds);
/** An editor has met no real key and no lab. */
const runsAnywhere = (scenario: ExpandedCase) =>
  !isRealKey(scenario.authenticator.device) && (insideLab() || !needsLab(scenario));
const { operator = { kind: 'none' as const }, patienceMs = 0 } = plan ?? {};
const provideKey = provideReal({ keys, pins: pinsFromEnvironment(), patienceMs });
registerScenarios({
  cases: cases
    .filter((scenario) => (wanted ? wanted.has(scenario.id) : runsAnywhere(scenario)))
    .map((scenario) => (insideLab() ? unhurried(scenario) : scenario)),
  left: plan?.left ?? {},
  provide: (scenario, seams) =>
    (isRealKey(scenario.authenticator.device) ? provideKey : provideEmulated)(scenario, seams),
  operator: (page) => operatorOf(operator, page),
  ...(plan?.seed !== undefined && { seed: plan.seed }),
});
