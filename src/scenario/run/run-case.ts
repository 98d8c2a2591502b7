/** Runs one case: sets it up, runs its steps, observes all parties, checks the expectations, and cleans up. */
import { messageOf } from '#base/errors.ts';
import type { CaseRecord } from '#result/run-result.ts';
import { evaluate } from '../expect/evaluate.ts';
import { observe } from '../expect/observe.ts';
import { withoutModel } from '../expect/without-model.ts';
import { whyLeftOut } from '../language/built-in-compatibility.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import type { CleanUpProblem } from './clean-up.ts';
import { applyBlockingReason, applyClientFailure, failureOfExpectations, InfrastructureError } from './failures.ts';
import { describePage } from './page-state.ts';
import { runAllSteps } from './run-steps.ts';
import { type CaseFixture, type CaseResources, type CaseTracking, partiesOf, setUpCase } from './set-up-case.ts';
import { TimeLimits } from './time-limits.ts';

export interface CaseOutcome {
  record: CaseRecord;
  /** The first failure, an `OperatorTimeout` if the operator did not act; absent for a case that passed. */
  error?: unknown;
  secrets: readonly string[];
}

/** Runs `scenario`. Failures of the case are in the outcome; only failures of its setup are thrown. */
export async function runCase(scenario: ExpandedCase, resources: CaseResources): Promise<CaseOutcome> {
  const tracking = { recorder: new CaseRecorder(), limits: new TimeLimits() };
  await using fixture = await setUpCase(scenario, resources, tracking);
  const { context, authenticators } = fixture;
  const thrown = await runAndCheck(scenario, fixture, resources, tracking).catch((error: unknown) => error);
  const { failureSignal } = resources.client;
  const ofKey = applyBlockingReason(authenticators.blockingReason(), scenario.location, thrown);
  const error = applyClientFailure(failureSignal, scenario.location, ofKey);
  const keepsScreenshot = scenario.expect.some(
    ({ path, expected }) => path === 'ui.screenshot' && expected === 'always',
  );
  // A screenshot only helps to understand a failure. If it fails, it must not hide that failure.
  if (error !== undefined || keepsScreenshot) await context.screenshot('page').catch(() => {});
  const { recorder } = tracking;
  for (const problem of resources.client.problems()) recorder.note('client', 'bridge.problem', { problem });
  for (const { party, event, detail } of await authenticators.cleanUp()) recorder.note(party, event, detail);
  const parties = partiesOf(scenario, authenticators, resources);
  const wire = authenticators.wire();
  const problems = await fixture.cleanUp();
  for (const { party, error } of problems) recorder.note(party, 'clean-up.failed', { problem: messageOf(error) });
  const record = recorder.record(scenario, parties, wire);
  const secrets = [...scenario.secrets, ...context.organisation.secrets, ...authenticators.secrets];
  const failure = error ?? failureOfCleanUp(problems, scenario);
  return { record, secrets, ...(failure !== undefined && { error: failure }) };
}

/** Returns the first failure of the clean-up, which is not a failure of the party under test. */
function failureOfCleanUp([first]: readonly CleanUpProblem[], { location }: ExpandedCase): Error | undefined {
  if (first === undefined || first.error instanceof InfrastructureError) return first?.error as Error | undefined;
  return new InfrastructureError(`The case could not be cleaned up: ${messageOf(first.error)}`, location, {
    cause: first.error,
  });
}

/** @throws {ScenarioFailure} for the step that failed, or for all expectations that are not met. */
async function runAndCheck(
  scenario: ExpandedCase,
  { context, authenticators }: CaseFixture,
  { show, client: { failureSignal } }: CaseResources,
  { recorder, limits }: CaseTracking,
): Promise<undefined> {
  await limits.within(scenario.timeoutMs, 'The case', (timeout) => {
    const deadline = AbortSignal.any([
      timeout,
      authenticators.failureSignal,
      ...(failureSignal ? [failureSignal] : []),
    ]);
    const leftOut = scenario.browser.stack === 'built-in' ? { leftOut: whyLeftOut } : {};
    return runAllSteps(scenario, { context, recorder, show, limits, deadline, ...leftOut });
  });
  await context.site.settle();
  const observed = await observe(context, authenticators.wire(), scenario.expect);
  const { notObservable } = authenticators;
  const observation = notObservable ? withoutModel(observed, notObservable) : observed;
  recorder.expectations = evaluate(scenario.expect, observation);
  if (failureOfExpectations(recorder.expectations))
    throw failureOfExpectations(recorder.expectations, await describePage(context));
}
