import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import { type ManualActionRequest, type Operator, OperatorTimeout } from '../parties/operator.ts';
import { recordingOperator } from './recording-operator.ts';
import { TimeLimits } from './time-limits.ts';

const request: ManualActionRequest = {
  action: 'plug-in',
  key: { label: 'Solo 2', address: 'usb:1-2' },
  timeoutMs: 30_000,
};

function setUp(perform: Operator['perform']) {
  const recorder = new CaseRecorder();
  const clock = new ManualClock();
  const limits = new TimeLimits(clock);
  const extensions: number[] = [];
  const operator = recordingOperator({ perform }, { recorder, limits, extend: (ms) => extensions.push(ms) });
  const performRequest = () => operator.perform(request, Promise.resolve(), new AbortController().signal);
  const recordedEvents = () =>
    recorder
      .record({ id: 'c', title: '', tags: [] } as unknown as ExpandedCase, {}, [])
      .events.map(({ party, event, detail }) => [party, event, detail]);
  return { performRequest, recordedEvents, extensions, limits, clock };
}

describe('recordingOperator', () => {
  it('records the request for an action and its completion', async () => {
    const { performRequest, recordedEvents } = setUp(async () => undefined);
    await performRequest();
    const detail = { handling: 'plug-in', key: 'Solo 2' };
    expect(recordedEvents()).toEqual([
      ['user', 'hands.asked', detail],
      ['user', 'hands.done', detail],
    ]);
  });

  it('records the timeout of the operator', async () => {
    const timeout = new OperatorTimeout(request);
    const { performRequest, recordedEvents } = setUp(() => Promise.reject(timeout));
    await expect(performRequest()).rejects.toBe(timeout);
    expect(recordedEvents().map(([, event]) => event)).toEqual(['hands.asked', 'hands.missing']);
  });

  it('pauses the time limits of the case, and extends the limit of the engine by more than the time of the action', async () => {
    const { performRequest, extensions, limits, clock } = setUp(async () => {
      clock.advance(29_000);
    });
    let isLate = false;
    await limits.within(1000, 'the step', async (signal) => {
      await performRequest();
      isLate = signal.aborted;
    });
    expect(isLate).toBe(false);
    expect(extensions).toHaveLength(1);
    expect(extensions[0]).toBeGreaterThan(request.timeoutMs);
  });
});
