import { describe, expect, it } from 'vitest';
import type { AdjustableClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import type { ExpandedCase, StepCall } from '../language/expanded-case.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import type { KeyUnderTest } from '../parties/key-under-test.ts';
import { OperatorTimeout } from '../parties/operator.ts';
import type { Organisation } from '../parties/organisation.ts';
import { RelyingPartyLog } from '../parties/relying-party-log.ts';
import type { Site } from '../parties/site/site.ts';
import { createStepContext, neverAborted } from '../testing/step-context.ts';
import { runAllSteps } from './run-steps.ts';
import { TimeLimits } from './time-limits.ts';

const location = { file: 'case.yaml', line: 7, column: 5 };
const call = (keyword: 'let-time-pass' | 'power-cycle' | 'screenshot', timeoutMs = 1000): StepCall =>
  ({ keyword, args: keyword === 'let-time-pass' ? 5 : undefined, label: keyword, timeoutMs, location }) as StepCall;

/** A context with a clock, a key whose power cycle does what `powerCycle` does, and a screenshot that never ends. */
function setUp(powerCycle: () => unknown = () => undefined) {
  const log: string[] = [];
  const { context } = createStepContext({
    clock: {
      advance: (ms: number) => log.push(`${ms} ms`),
      sleep: async () => undefined,
    } as unknown as AdjustableClock,
    key: {
      connected: true,
      powerCycle: () => {
        log.push('power');
        powerCycle();
      },
    } as unknown as KeyUnderTest,
    site,
    organisation: { secrets: [] } as unknown as Organisation,
    screenshot: () => new Promise(() => {}),
  });
  const recorder = new CaseRecorder();
  const show = (_: StepCall, body: () => Promise<void>) => body();
  const limits = new TimeLimits();
  return { log, recorder, options: { context, recorder, show, limits, deadline: new AbortController().signal } };
}

const noPage = { says: '', title: '', url: '' };
const site = {
  settle: async () => undefined,
  observe: async () => noPage,
  problems: { texts: [] },
} as unknown as Site;
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

  it('leaves out the steps that cannot be done, and reports why', async () => {
    const { log, recorder, options } = setUp();
    const leftOut = ({ keyword }: StepCall) => (keyword === 'power-cycle' ? 'There is no power' : undefined);
    const steps = [call('power-cycle'), call('let-time-pass'), call('power-cycle')];
    await runAllSteps(scenario({ steps }), { ...options, leftOut });
    expect(log).toEqual(['5 ms']);
    expect(verdictsOf(recorder)).toEqual(['skipped', 'passed', 'skipped']);
    expect(recorder.events).toMatchObject([
      { event: 'step.left-out', detail: { step: 'power-cycle', reason: 'There is no power' } },
      { event: 'step.left-out' },
    ]);
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

  it('throws the failure of the steps, not one of the teardown that follows from it', async () => {
    const { recorder, options } = setUp(failPowerCycle);
    const steps = scenario({ steps: [call('screenshot', 20)], teardown: [call('power-cycle')] });
    await expect(runAllSteps(steps, options)).rejects.toThrow('screenshot: The step was not done within 20 ms');
    expect(verdictsOf(recorder)).toEqual(['failed', 'failed']);
  });

  it('reports a failed setup at the step that failed', async () => {
    const { options } = setUp(failPowerCycle);
    const failing = runAllSteps(
      scenario({ setup: [{ ...call('power-cycle'), location: { ...location, line: 3 } }] }),
      options,
    );
    await expect(failing).rejects.toMatchObject({
      message: 'The setup failed: power-cycle: the key is broken',
      stack: expect.stringMatching(/case\.yaml:3:5$/),
    });
  });
});

describe('the end of the steps', () => {
  const at = (line: number) => ({ ...location, line });
  const step = (keyword: string, line: number, args?: unknown): StepCall =>
    ({ keyword, args, label: keyword, timeoutMs: 5000, location: at(line) }) as StepCall;
  const pinPrompt = { kind: 'enter', minCodePoints: 4 } as const;

  /** `beforeStep` is called before each step, with its line. */
  function setUpCeremony(beforeStep: (line: number) => unknown = () => undefined) {
    const parties = createStepContext({ site, organisation: { secrets: [] } as unknown as Organisation });
    const recorder = new CaseRecorder();
    const show = async (call: StepCall, body: () => Promise<void>) => {
      beforeStep(call.location.line);
      await body();
    };
    const { context } = parties;
    const options = { context, recorder, show, limits: new TimeLimits(), deadline: neverAborted };
    const run = (...steps: StepCall[]) => runAllSteps(scenario({ steps }), options);
    return { ...parties, recorder, run };
  }

  it('fails at the last step if the dialog is open, and names the question', async () => {
    const { dialog, startCeremony, recorder, run: runSteps } = setUpCeremony();
    startCeremony();
    void dialog.providePin(pinPrompt, neverAborted);
    const failing = runSteps(step('let-time-pass', 5, 1), step('dialog-asks', 6, 'pin'));
    await expect(failing).rejects.toMatchObject({
      message: 'dialog-asks: No step follows, but the security dialog is open: it asks for a PIN',
      stack: expect.stringMatching(/case\.yaml:6:5$/),
    });
    expect(verdictsOf(recorder)).toEqual(['passed', 'failed']);
  });

  it('fails at the step that waits in the background for a command that is not sent', async () => {
    const { recorder, run: runSteps } = setUpCeremony();
    const failing = runSteps(step('unplug-key', 4, { during: 'makeCredential' }), step('let-time-pass', 5, 1));
    await expect(failing).rejects.toMatchObject({
      message: 'unplug-key: The command makeCredential was not sent',
      stack: expect.stringMatching(/case\.yaml:4:5$/),
    });
    expect(verdictsOf(recorder)).toEqual(['failed', 'passed']);
  });

  it('waits for a step that acts in the background', async () => {
    const { key, run: runSteps } = setUpCeremony(
      (line) => line === 5 && key.sent.notify('authenticatorMakeCredential'),
    );
    await runSteps(step('unplug-key', 4, { during: 'makeCredential', after: 30 }), step('let-time-pass', 5, 1));
    expect(key.connected).toBe(false);
  });

  it('interrupts the running step when a step in the background fails, and reports the latter', async () => {
    const {
      key,
      recorder,
      run: runSteps,
    } = setUpCeremony((line) => line === 5 && key.sent.notify('authenticatorMakeCredential'));
    key.connected = false;
    const failing = runSteps(
      step('unplug-key', 4, { during: 'makeCredential' }),
      step('dialog-asks', 5, 'pin'),
      step('let-time-pass', 6, 1),
    );
    await expect(failing).rejects.toMatchObject({
      message: 'unplug-key: Cannot unplug the key: it is not connected',
      stack: expect.stringMatching(/case\.yaml:4:5$/),
    });
    expect(verdictsOf(recorder)).toEqual(['failed', 'skipped', 'skipped']);
  });

  it('adds to the failure of a step what the page says and why the relying party refused', async () => {
    const log = new RelyingPartyLog();
    log.add({
      atMs: 0,
      party: 'relying-party',
      event: 'registration.refused',
      detail: { reason: 'aaguid-not-allowed' },
    });
    const { context, recorder } = setUpCeremony();
    const options = {
      context: {
        ...context,
        flow: { run: () => Promise.reject(new Error('The page does not show Passkey name')) },
        site: { ...context.site, observe: async () => ({ says: 'Reason: your model', title: '', url: '/passkey' }) },
        organisation: { log, secrets: [] },
      } as unknown as typeof context,
      recorder,
      show: (_call: StepCall, body: () => Promise<void>) => body(),
      limits: new TimeLimits(),
      deadline: neverAborted,
    };
    await expect(runAllSteps(scenario({ steps: [step('name', 9, 'Key')] }), options)).rejects.toThrow(
      'name: The page does not show Passkey name\nThe page at /passkey says "Reason: your model"\nThe relying party refused: aaguid-not-allowed (registration.refused)',
    );
  });
});
