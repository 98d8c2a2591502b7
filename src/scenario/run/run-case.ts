/** One case from beginning to end: sets the scene, runs the steps, looks at all parties and holds `expect` against what it saw. */
import type { CaseRecord } from '#result/run-result.ts';
import { evaluate } from '../expect/evaluate.ts';
import { observe } from '../expect/observe.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import { blamed, unmet } from './failures.ts';
import { runAllSteps } from './run-steps.ts';
import { type CaseBooks, partiesOf, type Scene, type Stage, setScene } from './set-up-case.ts';
import { TimeLimits } from './time-limits.ts';

export interface CaseOutcome {
  record: CaseRecord;
  /** The first thing that went wrong, `NobodyActed` when hands were missing; nothing for a case that passed. */
  error?: unknown;
  secrets: readonly string[];
}

/** Runs `scenario`. What goes wrong in it is in the outcome; only a scene that cannot be set is thrown. */
export async function runCase(scenario: ExpandedCase, stage: Stage): Promise<CaseOutcome> {
  const recorder = new CaseRecorder();
  const limits = new TimeLimits();
  await using scene = await setScene(scenario, stage, { recorder, limits });
  const { world, authenticators } = scene;
  const thrown = await play(scenario, scene, stage, { recorder, limits }).catch((error: unknown) => error);
  const error = blamed(authenticators.obstacle(), scenario.location, thrown);
  const pictured = scenario.expect.some(({ path, expected }) => path === 'ui.screenshot' && expected === 'always');
  // The picture is a help for people; a page that cannot be pictured any more must not hide what went wrong.
  if (error !== undefined || pictured) await world.screenshot('page').catch(() => {});
  for (const problem of stage.client.problems()) recorder.note('client', 'bridge.problem', { problem });
  for (const { party, event, detail } of await authenticators.tidy()) recorder.note(party, event, detail);
  const record = recorder.record(scenario, partiesOf(scenario, authenticators, stage.client), authenticators.wire());
  const secrets = [...scenario.secrets, ...world.organisation.secrets, ...authenticators.secrets];
  return { record, secrets, ...(error !== undefined && { error }) };
}

/** @throws {ScenarioFailure} for the step that failed, or for all expectations that were not met. */
async function play(
  scenario: ExpandedCase,
  { world, authenticators, meanwhile }: Scene,
  stage: Stage,
  { recorder, limits }: CaseBooks,
): Promise<undefined> {
  await limits.within(scenario.timeoutMs, 'the case', (deadline) =>
    runAllSteps(scenario, {
      world,
      recorder,
      show: stage.show,
      limits,
      deadline: AbortSignal.any([deadline, authenticators.trouble]),
    }),
  );
  await Promise.all(meanwhile);
  await world.ceremonies.settled();
  await world.site.settle(world.ceremonies.last?.endedAt);
  recorder.expectations = evaluate(scenario.expect, await observe(world, authenticators.wire()));
  const failure = unmet(recorder.expectations);
  if (failure) throw failure;
}
