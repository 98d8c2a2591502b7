/** Runs the steps of a case in order, each with its own time limit. */
import { abortable } from '#base/async.ts';
import { messageOf } from '#base/errors.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import type { Keyword } from '../language/step-arguments.ts';
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { OperatorTimeout } from '../parties/operator.ts';
import { stepRegistry } from '../steps/registry.ts';
import type { ScenarioStep } from '../steps/step.ts';
import type { StepContext } from '../steps/step-context.ts';
import { InfrastructureError, toStepFailure } from './failures.ts';
import type { TimeLimits } from './time-limits.ts';

/** Shows a step in the engine (Playwright's `test.step`). */
export type ShowStep = (call: StepCall, body: () => Promise<void>) => Promise<void>;

export interface StepRunOptions {
  context: StepContext;
  recorder: CaseRecorder;
  show: ShowStep;
  limits: TimeLimits;
  /** Aborts when the time limit of the case is over. */
  deadline: AbortSignal;
}

const teardownMs = 10_000;
/** How long a step may continue after its signal has aborted. */
const graceMs = 250;

/**
 * Runs setup and steps, then the teardown, also after a failure.
 * @throws {ScenarioFailure} if a step fails; {@link InfrastructureError} if the setup fails; {@link OperatorTimeout} if the operator
 * does not act.
 */
export async function runAllSteps(scenario: ExpandedCase, options: StepRunOptions): Promise<void> {
  try {
    await runInOrder(scenario.setup, options).catch((error) => {
      if (error instanceof OperatorTimeout) throw error;
      throw new InfrastructureError(`The setup failed: ${messageOf(error)}`, scenario.location, { cause: error });
    });
    await runInOrder(scenario.steps, options);
  } finally {
    await options.limits.within(teardownMs, 'The teardown', (deadline) =>
      runInOrder(scenario.teardown, { ...options, deadline }),
    );
  }
}

async function runInOrder(calls: readonly StepCall[], options: StepRunOptions): Promise<void> {
  const pending = [...calls];
  try {
    for (let call = pending.shift(); call; call = pending.shift()) await runStep(call, options);
  } finally {
    for (const { label, location } of pending) options.recorder.skip(label, location);
  }
}

function runStep(call: StepCall, { context, recorder, show, limits, deadline }: StepRunOptions): Promise<void> {
  const { keyword, args, label, timeoutMs, location } = call;
  const { run } = stepRegistry[keyword] as ScenarioStep<Keyword>;
  return show(call, () =>
    recorder.step(titleOf(call), location, async () => {
      try {
        await limits.within(timeoutMs, 'The step', (timeout) => {
          const signal = AbortSignal.any([timeout, deadline]);
          return abortableAfterGrace(run(args as never, context, signal), signal);
        });
      } catch (error) {
        throw toStepFailure(error, `${label}: ${messageOf(error)}`, location);
      }
    }),
  );
}

/**
 * Settles as `work` does, or rejects with the reason of `signal` shortly after it has aborted. In that time a step can reject with a
 * better message; a step that ignores its signal cannot block the case.
 */
async function abortableAfterGrace<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const graceOver = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const startGrace = () => {
    timer = setTimeout(() => graceOver.abort(signal.reason), graceMs);
  };
  if (signal.aborted) startGrace();
  else signal.addEventListener('abort', startGrace, { once: true });
  try {
    return await abortable(work, graceOver.signal);
  } finally {
    signal.removeEventListener('abort', startGrace);
    clearTimeout(timer);
  }
}

/** Returns the title of the step in reports, where secrets are masked. */
function titleOf({ keyword, args, label }: StepCall): string {
  if (label !== keyword || args === undefined) return label;
  return `${keyword}: ${typeof args === 'string' ? args : JSON.stringify(args)}`;
}
