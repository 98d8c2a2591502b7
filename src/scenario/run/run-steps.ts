/** Runs the steps of a case in order, each with its own time limit. */
import { abortable } from '#base/async.ts';
import { messageOf } from '#base/errors.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import type { Keyword } from '../language/step-arguments.ts';
import type { CaseRecorder } from '../parties/case-recorder.ts';
import { OperatorTimeout } from '../parties/operator.ts';
import { stepRegistry } from '../steps/registry.ts';
import type { ScenarioStep } from '../steps/step.ts';
import type { CaseContext, StepContext } from '../steps/step-context.ts';
import { BackgroundTasks } from './background-tasks.ts';
import { waitForEnd } from './end-of-steps.ts';
import { InfrastructureError, toStepFailure } from './failures.ts';
import { describePageAfterStep, joinLines } from './page-state.ts';
import type { TimeLimits } from './time-limits.ts';

/** Shows a step in the engine (Playwright's `test.step`). */
export type ShowStep = (call: StepCall, body: () => Promise<void>) => Promise<void>;

export interface StepRunOptions {
  context: CaseContext;
  recorder: CaseRecorder;
  show: ShowStep;
  limits: TimeLimits;
  /** Aborts when the time limit of the case is over. */
  deadline: AbortSignal;
  /** Returns why a step is left out; undefined if it runs. Default: every step runs. */
  leftOut?(call: StepCall): string | undefined;
}

interface Run extends StepRunOptions {
  background: BackgroundTasks;
}

const teardownMs = 10_000;
/** How long a step may continue after its signal has aborted. */
const graceMs = 500;

/**
 * Runs setup and steps, then the teardown, also after a failure.
 * @throws {ScenarioFailure} if a step fails, or if something still waits for the user after the last step; {@link InfrastructureError} if
 * the setup fails; {@link OperatorTimeout} if the operator does not act. A failure of the teardown is thrown only if there is no other.
 */
export async function runAllSteps(scenario: ExpandedCase, options: StepRunOptions): Promise<void> {
  const background = createBackgroundTasks(options);
  try {
    await runSetupAndSteps(scenario, { ...options, background });
  } catch (error) {
    background.cancel();
    await runTeardown(scenario, options).catch(() => undefined); // recorded as a failed step; the first failure explains more
    throw error;
  }
  await runTeardown(scenario, options);
}

/** A step whose work in the background fails is recorded as failed, although it has ended before. */
const createBackgroundTasks = ({ recorder }: StepRunOptions): BackgroundTasks =>
  new BackgroundTasks((call, error) => {
    recorder.markFailed(call.location);
    return failureOfStep(call, error);
  });

/** The teardown has a separate time limit. Its background work ends with it. */
async function runTeardown({ teardown }: ExpandedCase, options: StepRunOptions): Promise<void> {
  const background = createBackgroundTasks(options);
  await options.limits.within(teardownMs, 'The teardown', (deadline) =>
    runInOrder(teardown, { ...options, deadline, background }),
  );
  background.cancel();
}

async function runSetupAndSteps({ setup, steps }: ExpandedCase, run: Run): Promise<void> {
  await runInOrder(setup, run, { toFailure: failureOfSetup });
  await runInOrder(steps, run, { endsCase: true });
  await run.background.finish();
}

interface OrderOptions {
  toFailure?: typeof failureOfStep;
  /** No step follows that could answer what these have started. */
  endsCase?: boolean;
}

async function runInOrder(calls: readonly StepCall[], run: Run, options: OrderOptions = {}): Promise<void> {
  const { toFailure = failureOfStep, endsCase = false } = options;
  const pending = [...calls];
  try {
    for (let call = pending.shift(); call; call = pending.shift()) {
      const reason = run.leftOut?.(call);
      if (reason !== undefined) leaveOut(call, reason, run);
      else await runStep(call, run, { toFailure, isLast: endsCase && pending.every((next) => run.leftOut?.(next)) });
    }
  } finally {
    for (const { label, location } of pending) run.recorder.skip(label, location);
  }
}

/** A step that cannot be done here is no failure. The report shows that it was skipped. */
function leaveOut(call: StepCall, reason: string, { recorder }: Run): void {
  recorder.skip(titleOf(call), call.location);
  recorder.note('user', 'step.left-out', { step: call.label, reason });
}

interface StepOptions {
  isLast: boolean;
  toFailure: typeof failureOfStep;
}

function runStep(call: StepCall, run: Run, { isLast, toFailure }: StepOptions): Promise<void> {
  const { failureSignal } = run.background;
  const isSkipped = (error: unknown) => error instanceof OperatorTimeout || error === failureSignal.reason;
  const work = async () => {
    try {
      await runWithin(call, run);
      if (isLast) await endWithin(call, run);
    } catch (error) {
      if (failureSignal.aborted) throw failureSignal.reason; // what an earlier step does in the background has failed
      throw toFailure(call, error, await describePageAfterStep(call.keyword, run.context));
    }
  };
  return run.show(call, () => run.recorder.step(titleOf(call), call.location, work, isSkipped));
}

/** Runs the step within its time limit. */
function runWithin(call: StepCall, { context, limits, deadline, background }: Run): Promise<void> {
  const { run } = stepRegistry[call.keyword] as ScenarioStep<Keyword>;
  const stepContext: StepContext = { ...context, runInBackground: (work) => background.start(call, work) };
  return limits.within(call.timeoutMs, 'The step', (timeout) => {
    const signal = AbortSignal.any([timeout, deadline, background.failureSignal]);
    return abortableAfterGrace(run(call.args as never, stepContext, signal), signal);
  });
}

/** Waits for the end of what the steps have started, within the time limit of the last step. */
const endWithin = ({ timeoutMs }: StepCall, { context, limits, deadline, background }: Run): Promise<void> =>
  limits.within(timeoutMs, 'The end of the ceremony', (timeout) =>
    waitForEnd(context, () => background.isActing, AbortSignal.any([timeout, deadline])),
  );

/** `state`: the state of page and relying party. */
const failureOfStep = ({ label, location }: StepCall, error: unknown, state = ''): Error =>
  toStepFailure(error, joinLines(`${label}: ${messageOf(error)}`, state), location);

const failureOfSetup = ({ label, location }: StepCall, error: unknown, state = ''): Error =>
  error instanceof OperatorTimeout
    ? error
    : new InfrastructureError(joinLines(`The setup failed: ${label}: ${messageOf(error)}`, state), location, {
        cause: error,
      });

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
