/** The plan of a run on a real key: an order with few resets, and cases that share the credentials of their preparation. */
import type { ConnectedAuthenticator } from '../connected/connected-authenticator.ts';
import { connectedTargets } from '../connected/connected-targets.ts';
import { SharedCredentials } from '../connected/shared-credentials.ts';
import type { Requirement } from '../requirement.ts';
import { casesOf, idOfCase, type TestCase } from '../run-case.ts';
import { runSuite } from '../run-suite.ts';
import type { TestTargetSource } from '../test-target.ts';
import { type Actions, type Effort, type EmulateCounting, measureEffort } from './effort.ts';
import { orderCases } from './order-cases.ts';

export interface RunPlan {
  /** Returns the cases in the order of the run. */
  order(cases: readonly TestCase[]): readonly TestCase[];
  /** Returns the targets of the run: cases share credentials. */
  targets(authenticator: ConnectedAuthenticator): TestTargetSource;
}

/** Plans the run of the requirements. Measures the effort of each case on emulated authenticators. */
export async function planRun(requirements: readonly Requirement[], emulate: EmulateCounting): Promise<RunPlan> {
  const efforts = new Map<string, Effort>();
  for (const test of casesOf(requirements)) efforts.set(idOfCase(test), await measureEffort(test, emulate));
  return {
    order: (cases) => orderCases(cases, efforts),
    targets(authenticator) {
      const credentials = new SharedCredentials();
      return connectedTargets(authenticator, {
        credentialsFor(caseId) {
          const preparation = efforts.get(caseId)?.preparation;
          return preparation === undefined ? undefined : credentials.forPreparation(preparation);
        },
        onReset: () => credentials.clear(),
      });
    },
  };
}

export interface PlanComparison {
  /** In the order of the catalogue; a reset restores the state that a case needs. */
  catalogueOrder: Actions;
  planned: Actions;
}

/** Runs the requirements in both orders on an emulated authenticator, and counts the actions that a person would perform. */
export async function comparePlan(
  requirements: readonly Requirement[],
  plan: RunPlan,
  emulate: EmulateCounting,
): Promise<PlanComparison> {
  return {
    catalogueOrder: await countActions(emulate, (authenticator) =>
      runSuite(requirements, connectedTargets(authenticator, { restoresWithoutReset: false })),
    ),
    planned: await countActions(emulate, (authenticator) =>
      runSuite(requirements, plan.targets(authenticator), { order: plan.order }),
    ),
  };
}

async function countActions(
  emulate: EmulateCounting,
  run: (authenticator: ConnectedAuthenticator) => Promise<unknown>,
): Promise<Actions> {
  await using authenticator = await emulate(undefined);
  await run(authenticator);
  return { ...authenticator.actions };
}
