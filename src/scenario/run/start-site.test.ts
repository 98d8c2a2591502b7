import { expect, it } from 'vitest';
import { ceremonyMs } from '#result/statistics.ts';
import { CaseRecorder } from '../parties/case-recorder.ts';
import { codeWait } from './start-site.ts';
import { TimeLimits } from './time-limits.ts';

it('counts the wait for the next code as time of the user, and extends the time limit of the case', async () => {
  const recorder = new CaseRecorder();
  const extended: number[] = [];
  const wait = codeWait({ recorder, limits: new TimeLimits(), extend: (ms) => void extended.push(ms) });
  let worked = false;
  await wait(20_000, async () => {
    worked = true;
  });
  expect([worked, extended]).toEqual([true, [20_000]]);
  expect(recorder.timeline.spans()).toMatchObject([{ phase: 'user-code', label: 'Wait for code' }]);
  expect(ceremonyMs(recorder.timeline.spans()).machineMs).toBe(0);
  expect(recorder.events).toMatchObject([{ party: 'user', event: 'totp.wait', detail: { ms: 20_000 } }]);
});
