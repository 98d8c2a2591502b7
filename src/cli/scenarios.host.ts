/** The file Playwright Test loads: the selected cases of the run, or the whole library when an editor starts it. */
import { registerScenarios } from '#scenario/host.ts';
import { provideEmulated } from './compose.ts';
import { planFromEnvironment } from './run-plan.ts';
import { readLibrary } from './scenario-library.ts';

const plan = planFromEnvironment();
const { cases } = readLibrary(plan?.paths ?? ['scenarios'], { env: process.env });
const wanted = plan && new Set(plan.caseIds);
registerScenarios({
  cases: cases.filter(({ id }) => !wanted || wanted.has(id)),
  provide: provideEmulated,
  ...(plan?.seed !== undefined && { seed: plan.seed }),
});
