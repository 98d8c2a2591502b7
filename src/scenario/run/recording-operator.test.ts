import { expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import type { ExpandedCase } from '../language/expanded-case.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import { type HandlingRequest, NobodyActed, type Operator } from '../parties/operator.ts';
import { attended } from './recording-operator.ts';
import { TimeLimits } from './time-limits.ts';

const request: HandlingRequest = {
  handling: 'plug-in',
  key: { label: 'Solo 2', address: 'usb:1-2' },
  patienceMs: 30_000,
};

function stage(perform: Operator['perform']) {
  const recorder = new CaseRecorder();
  const clock = new ManualClock();
  const limits = new TimeLimits(clock);
  const extensions: number[] = [];
  const operator = attended({ perform }, { recorder, limits, extend: (ms) => extensions.push(ms) });
  const asked = () => operator.perform(request, Promise.resolve(), new AbortController().signal);
  const noted = () =>
    recorder
      .record({ id: 'c', title: '', tags: [] } as unknown as ExpandedCase, {}, [])
      .events.map(({ party, event, detail }) => [party, event, detail]);
  return { perform: asked, noted, extensions, limits, clock };
}

it('what was asked, and that it was done, stands in the record of the case', async () => {
  const { perform, noted } = stage(async () => undefined);
  await perform();
  const detail = { handling: 'plug-in', key: 'Solo 2' };
  expect(noted()).toEqual([
    ['user', 'hands.asked', detail],
    ['user', 'hands.done', detail],
  ]);
});

it('so does that nobody came', async () => {
  const missing = new NobodyActed(request);
  const { perform, noted } = stage(() => Promise.reject(missing));
  await expect(perform()).rejects.toBe(missing);
  expect(noted().map(([, event]) => event)).toEqual(['hands.asked', 'hands.missing']);
});

it('no limit of the case runs meanwhile, and the engine gives it more than the patience', async () => {
  const { perform, extensions, limits, clock } = stage(async () => {
    clock.advance(29_000);
  });
  let isLate = false;
  await limits.within(1000, 'the step', async (signal) => {
    await perform();
    isLate = signal.aborted;
  });
  expect(isLate).toBe(false);
  expect(extensions).toHaveLength(1);
  expect(extensions[0]).toBeGreaterThan(request.patienceMs);
});
