import { describe, expect, it } from 'vitest';
import { UnavailableError } from '#base/errors.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import { NobodyActed } from '../parties/operator.ts';
import type { World } from '../steps/step-context.ts';
import { runAllSteps } from './run-steps.ts';
import { TimeLimits } from './time-limits.ts';

const location = { file: 'case.yaml', line: 7, column: 5 };
const call = (keyword: 'let-time-pass' | 'power-cycle' | 'screenshot', timeoutMs = 1000): StepCall =>
  ({ keyword, args: keyword === 'let-time-pass' ? 5 : undefined, label: keyword, timeoutMs, location }) as StepCall;

/** A world in which time can pass and the key does what `powerCycle` says. */
function stage(powerCycle: () => unknown = () => undefined) {
  const log: string[] = [];
  const world = {
    clock: { advance: (ms: number) => log.push(`${ms} ms`) },
    key: {
      powerCycle: () => {
        log.push('power');
        powerCycle();
      },
    },
    screenshot: () => new Promise(() => {}),
  } as unknown as World;
  const recorder = new CaseRecorder();
  const show = (_: StepCall, body: () => Promise<void>) => body();
  const limits = new TimeLimits();
  return { log, recorder, context: { world, recorder, show, limits, deadline: new AbortController().signal } };
}

const scenario = (parts: Partial<ExpandedCase>) =>
  ({ id: 'case', location, setup: [], steps: [], teardown: [], ...parts }) as unknown as ExpandedCase;
const broken = () => {
  throw new Error('the key is broken');
};
const verdictsOf = (recorder: CaseRecorder) =>
  recorder.record(scenario({ title: '', tags: [] }), {}, []).steps.map(({ verdict }) => verdict);

describe('the steps of a case', () => {
  it('run in order: set-up, steps, teardown', async () => {
    const { log, context } = stage();
    await runAllSteps(
      scenario({ setup: [call('power-cycle')], steps: [call('let-time-pass')], teardown: [call('power-cycle')] }),
      context,
    );
    expect(log).toEqual(['power', '5 ms', 'power']);
  });

  it('stop at a failure that points at its line, skip the rest, and still tear down', async () => {
    const { log, recorder, context } = stage(broken);
    const failing = runAllSteps(
      scenario({ steps: [call('power-cycle'), call('let-time-pass')], teardown: [call('let-time-pass')] }),
      context,
    );
    await expect(failing).rejects.toMatchObject({
      name: 'ScenarioFailure',
      message: 'power-cycle: the key is broken',
      stack: expect.stringMatching(/case\.yaml:7:5$/),
    });
    expect(log).toEqual(['power', '5 ms']);
    expect(verdictsOf(recorder)).toEqual(['failed', 'skipped', 'passed']);
  });

  it('blame the infrastructure for a failed set-up', async () => {
    const { log, context } = stage(broken);
    const failing = runAllSteps(scenario({ setup: [call('power-cycle')], steps: [call('let-time-pass')] }), context);
    await expect(failing).rejects.toMatchObject({ name: 'InfrastructureError' });
    expect(log).toEqual(['power']);
  });

  it('blame nobody when hands were missing: the step is skipped, and so is the rest', async () => {
    const missing = new NobodyActed({
      handling: 'power-cycle',
      key: { label: 'Solo 2', address: 'usb:1-2' },
      patienceMs: 30_000,
    });
    const { recorder, context } = stage(() => {
      throw missing;
    });
    const steps = scenario({ steps: [call('power-cycle'), call('let-time-pass')] });
    await expect(runAllSteps(steps, context)).rejects.toBe(missing);
    expect(verdictsOf(recorder)).toEqual(['skipped', 'skipped']);
    await expect(runAllSteps(scenario({ setup: [call('power-cycle')] }), context)).rejects.toBe(missing);
  });

  it('blame the infrastructure for a robot that fails', async () => {
    const { context } = stage(() => {
      throw new UnavailableError('the operator at http://127.0.0.1:1 answered power-cycle with 503');
    });
    await expect(runAllSteps(scenario({ steps: [call('power-cycle')] }), context)).rejects.toMatchObject({
      name: 'InfrastructureError',
      message: 'power-cycle: the operator at http://127.0.0.1:1 answered power-cycle with 503',
      stack: expect.stringMatching(/case\.yaml:7:5$/),
    });
  });

  it('end when they take too long, each by itself', async () => {
    const { context } = stage();
    const hanging = runAllSteps(scenario({ steps: [call('screenshot', 20)] }), context);
    await expect(hanging).rejects.toThrow('screenshot: it was not done within 20 ms');
  });

  it('end with the case whose time is over, but the teardown has time of its own', async () => {
    const { log, context } = stage();
    const deadline = AbortSignal.abort(new Error('the case was not done within 60000 ms'));
    const late = runAllSteps(scenario({ steps: [call('screenshot')], teardown: [call('let-time-pass')] }), {
      ...context,
      deadline,
    });
    await expect(late).rejects.toThrow('the case was not done within 60000 ms');
    expect(log).toEqual(['5 ms']);
  });
});
