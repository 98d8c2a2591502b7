/** Runs the steps of a case in order, each with its own time limit, and lets what goes on beside them end with them. */

import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import type { Keyword } from '../language/step-arguments.ts';
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { NobodyActed } from '../parties/operator.ts';
import { stepRegistry } from '../steps/registry.ts';
import type { ScenarioStep } from '../steps/step.ts';
import type { World } from '../steps/step-context.ts';
import { failureOf, InfrastructureError } from './failures.ts';
import type { TimeLimits } from './time-limits.ts';

/** How the engine shows a step (Playwright's `test.step`). */
export type ShowStep = (call: StepCall, body: () => Promise<void>) => Promise<void>;

export interface StepContext {
  world: World;
  recorder: CaseRecorder;
  show: ShowStep;
  limits: TimeLimits;
  /** Aborts when the time of the whole case is over. */
  deadline: AbortSignal;
}

/**
 * Set-up, steps, and - whatever came of them - teardown.
 * @throws {ScenarioFailure} for a failed step; {@link InfrastructureError} for a failed set-up; {@link NobodyActed} when hands were
 * missing.
 */
export async function runAllSteps(scenario: ExpandedCase, context: StepContext): Promise<void> {
  try {
    await runInOrder(scenario.setup, context).catch((error) => {
      if (error instanceof NobodyActed) throw error;
      throw new InfrastructureError(`the set-up failed: ${messageOf(error)}`, scenario.location, { cause: error });
    });
    await runInOrder(scenario.steps, context);
  } finally {
    await context.limits.within(teardownMs, 'the teardown', (deadline) =>
      runInOrder(scenario.teardown, { ...context, deadline }),
    );
  }
}

async function runInOrder(calls: readonly StepCall[], context: StepContext): Promise<void> {
  const pending = [...calls];
  try {
    for (let call = pending.shift(); call; call = pending.shift()) await runOne(call, context);
  } finally {
    for (const { label, location } of pending) context.recorder.skip(label, location);
  }
}

function runOne(call: StepCall, { world, recorder, show, limits, deadline }: StepContext): Promise<void> {
  const { keyword, args, label, timeoutMs, location } = call;
  const { run } = stepRegistry[keyword] as ScenarioStep<Keyword>;
  const title = titleOf(call);
  return show(call, () =>
    recorder.step(title, location, async () => {
      try {
        await limits.within(timeoutMs, 'it', (timeout) => {
          const signal = AbortSignal.any([timeout, deadline]);
          return settled(run(args as never, world, signal), signal);
        });
      } catch (error) {
        throw failureOf(error, `${label}: ${messageOf(error)}`, location);
      }
    }),
  );
}

/** A step that ignores its signal cannot hold up the case; one that heeds it has a moment to say what it waited for. */
function settled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => setTimeout(() => reject(signal.reason), graceMs);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject);
  });
}
const graceMs = 250;
const teardownMs = 10_000;

/** The step as the report shows it; secrets are masked there. */
function titleOf({ keyword, args, label }: StepCall): string {
  if (label !== keyword || args === undefined) return label;
  return `${keyword}: ${typeof args === 'string' ? args : JSON.stringify(args)}`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
