import { describe, expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import { OperatorTimeout } from '../parties/operator.ts';
import type { StepContext } from '../steps/step-context.ts';
import { runAllSteps } from './run-steps.ts';
import { TimeLimits } from './time-limits.ts';

const location = { file: 'case.yaml', line: 7, column: 5 };
const call = (keyword: 'let-time-pass' | 'power-cycle' | 'screenshot', timeoutMs = 1000): StepCall =>
  ({ keyword, args: keyword === 'let-time-pass' ? 5 : undefined, label: keyword, timeoutMs, location }) as StepCall;

/** A context with a clock, a key whose power cycle does what `powerCycle` does, and a screenshot that never ends. */
function setUp(powerCycle: () => unknown = () => undefined) {
  const log: string[] = [];
  const context = {
    clock: { advance: (ms: number) => log.push(`${ms} ms`) },
    key: {
      powerCycle: () => {
        log.push('power');
        powerCycle();
      },
    },
    screenshot: () => new Promise(() => {}),
  } as unknown as StepContext;
  const recorder = new CaseRecorder();
  const show = (_: StepCall, body: () => Promise<void>) => body();
  const limits = new TimeLimits();
  return { log, recorder, options: { context, recorder, show, limits, deadline: new AbortController().signal } };
}

const scenario = (parts: Partial<ExpandedCase>) =>
  ({ id: 'case', location, setup: [], steps: [], teardown: [], ...parts }) as unknown as ExpandedCase;
const failPowerCycle = () => {
  throw new Error('the key is broken');
};
const verdictsOf = (recorder: CaseRecorder) =>
  recorder.record(scenario({ title: '', tags: [] }), {}, []).steps.map(({ verdict }) => verdict);

describe('runAllSteps', () => {
  it('runs setup, steps and teardown in order', async () => {
    const { log, options } = setUp();
    await runAllSteps(
      scenario({ setup: [call('power-cycle')], steps: [call('let-time-pass')], teardown: [call('power-cycle')] }),
      options,
    );
    expect(log).toEqual(['power', '5 ms', 'power']);
  });

  it('stops at a failed step, skips the rest, and still runs the teardown', async () => {
    const { log, recorder, options } = setUp(failPowerCycle);
    const failing = runAllSteps(
      scenario({ steps: [call('power-cycle'), call('let-time-pass')], teardown: [call('let-time-pass')] }),
      options,
    );
    await expect(failing).rejects.toMatchObject({
      name: 'ScenarioFailure',
      message: 'power-cycle: the key is broken',
      stack: expect.stringMatching(/case\.yaml:7:5$/),
    });
    expect(log).toEqual(['power', '5 ms']);
    expect(verdictsOf(recorder)).toEqual(['failed', 'skipped', 'passed']);
  });

  it('reports a failed setup as an infrastructure error', async () => {
    const { log, options } = setUp(failPowerCycle);
    const failing = runAllSteps(scenario({ setup: [call('power-cycle')], steps: [call('let-time-pass')] }), options);
    await expect(failing).rejects.toMatchObject({ name: 'InfrastructureError' });
    expect(log).toEqual(['power']);
  });

  it('skips the step and the rest if the operator does not act', async () => {
    const timeout = new OperatorTimeout({
      action: 'power-cycle',
      key: { label: 'Solo 2', address: 'usb:1-2' },
      timeoutMs: 30_000,
    });
    const { recorder, options } = setUp(() => {
      throw timeout;
    });
    const steps = scenario({ steps: [call('power-cycle'), call('let-time-pass')] });
    await expect(runAllSteps(steps, options)).rejects.toBe(timeout);
    expect(verdictsOf(recorder)).toEqual(['skipped', 'skipped']);
    await expect(runAllSteps(scenario({ setup: [call('power-cycle')] }), options)).rejects.toBe(timeout);
  });

  it('reports a failed robot as an infrastructure error', async () => {
    const { options } = setUp(() => {
      throw new UnavailableError('The operator at http://127.0.0.1:1 answered power-cycle with 503');
    });
    await expect(runAllSteps(scenario({ steps: [call('power-cycle')] }), options)).rejects.toMatchObject({
      name: 'InfrastructureError',
      message: 'power-cycle: The operator at http://127.0.0.1:1 answered power-cycle with 503',
      stack: expect.stringMatching(/case\.yaml:7:5$/),
    });
  });

  it('ends a step at its time limit', async () => {
    const { options } = setUp();
    const hanging = runAllSteps(scenario({ steps: [call('screenshot', 20)] }), options);
    await expect(hanging).rejects.toThrow('screenshot: The step was not done within 20 ms');
  });

  it('ends the steps at the time limit of the case; the teardown has its own time limit', async () => {
    const { log, options } = setUp();
    const deadline = AbortSignal.abort(new Error('The case was not done within 60000 ms'));
    const late = runAllSteps(scenario({ steps: [call('screenshot')], teardown: [call('let-time-pass')] }), {
      ...options,
      deadline,
    });
    await expect(late).rejects.toThrow('The case was not done within 60000 ms');
    expect(log).toEqual(['5 ms']);
  });
});
