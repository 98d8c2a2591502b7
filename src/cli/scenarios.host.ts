/** The file Playwright Test loads: the selected cases of the run, or the whole library when an editor starts it. */
import { needsLab } from '#scenario/expanded-case.ts';
import { registerScenarios } from '#scenario/host.ts';
import { provideEmulated } from './compose/case-authenticators.ts';
import { insideLab } from './lab/run-in-lab.ts';
import { planFromEnvironment } from './run-plan.ts';
import { readLibrary } from './scenario-library.ts';

const plan = planFromEnvironment();
const { cases } = readLibrary(plan?.paths ?? ['scenarios'], { env: process.env });
const wanted = plan && new Set(plan.caseIds);
registerScenarios({
  cases: cases.filter((scenario) => (wanted ? wanted.has(scenario.id) : insideLab() || !needsLab(scenario))),
  provide: provideEmulated,
  ...(plan?.seed !== undefined && { seed: plan.seed }),
});
