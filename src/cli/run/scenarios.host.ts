/** The test file that Playwright Test loads. Registers the selected cases of the run, or all scenarios if an editor started Playwright. */
import { createOperator } from '#real-keys/operator/operators.ts';
import { type ExpandedCase, needsLab } from '#scenario/language/expanded-case.ts';
import { isRealKey } from '#scenario/language/schema/authenticator.ts';
import { findSiteBlockingReason, findUnauthorizedAction } from '#scenario/language/site-compatibility.ts';
import { registerScenarios } from '#scenario/run/host.ts';
import { provideEmulatedAuthenticators } from '../compose/emulated-authenticators.ts';
import { provideRealAuthenticators } from '../compose/real-authenticators.ts';
import { createRecordingKeys, recordingPin } from '../compose/recording-keys.ts';
import { isInsideLab, withLabTimeouts } from '../lab/inside-lab.ts';
import { checkPlannedCases, keyFacts, pinsFromEnvironment, planFromEnvironment } from './run-plan.ts';
import { readLibrary } from './scenario-library.ts';

const plan = planFromEnvironment();
const keys = plan?.keys ?? [];
const { cases } = readLibrary(plan?.paths ?? ['scenarios'], {
  env: process.env,
  ...(plan && { root: plan.root }),
  ...(plan?.devices && { devices: plan.devices }),
  ...(plan?.sites && { sites: plan.sites }),
  ...(plan?.engines && { engines: plan.engines }),
  ...(plan?.routes && { routes: plan.routes }),
  ...(plan?.stacks && { stacks: plan.stacks }),
  ...(plan?.url !== undefined && { url: plan.url }),
  keys: keyFacts(keys),
});
const selected = plan && new Set(plan.caseIds);
checkPlannedCases(plan?.caseIds ?? [], cases);
/** Without a plan there are no real keys and no permissions, and usually no kernel lab. */
const runsWithoutPlan = (scenario: ExpandedCase) =>
  findUnauthorizedAction(scenario) === undefined &&
  findSiteBlockingReason(scenario) === undefined &&
  !isRealKey(scenario.authenticator.device) &&
  (isInsideLab() || !needsLab(scenario));
const { operator = { kind: 'none' as const }, gestureTimeoutMs = 0 } = plan ?? {};
const provideReal = provideRealAuthenticators({ keys, pins: pinsFromEnvironment(), gestureTimeoutMs });
registerScenarios({
  cases: cases
    .filter((scenario) => (selected ? selected.has(scenario.id) : runsWithoutPlan(scenario)))
    .map((scenario) => (isInsideLab() ? withLabTimeouts(scenario) : scenario)),
  repeat: plan?.repeat ?? 1,
  skipReasons: plan?.skipReasons ?? {},
  provide: (scenario, environment) =>
    (isRealKey(scenario.authenticator.device) ? provideReal : provideEmulatedAuthenticators)(scenario, environment),
  createUserKeys: () => ({ authenticators: createRecordingKeys(), pin: recordingPin }),
  operator: (page) => createOperator(operator, page),
  ...(plan?.seed !== undefined && { seed: plan.seed }),
});
