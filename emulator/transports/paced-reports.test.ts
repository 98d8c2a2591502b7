/** PacedReports limits how many reports are sent in one burst. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { PacedReports } from './paced-reports.ts';

const settled = () => new Promise(setImmediate);

describe('PacedReports', () => {
  it('sends bursts with a pause between them, in order', async () => {
    const clock = new ManualClock();
    const delivered: number[] = [];
    const reports = new PacedReports(clock, (report) => delivered.push(...report));
    for (let number = 0; number < 60; number++) reports.send(new Uint8Array([number]));
    const lengths = [delivered.length];
    while (delivered.length < 60) {
      clock.advance(1);
      await settled();
      if (delivered.length !== lengths.at(-1)) lengths.push(delivered.length);
    }
    expect(lengths).toEqual([24, 48, 60]);
    expect(delivered).toEqual(delivered.toSorted((a, b) => a - b));
    reports.stop();
  });

  it('drops queued reports when stopped', async () => {
    const clock = new ManualClock();
    let delivered = 0;
    const reports = new PacedReports(clock, () => delivered++);
    for (let number = 0; number < 30; number++) reports.send(new Uint8Array(64));
    reports.stop();
    clock.advance(10);
    await settled();
    expect(delivered).toBe(24);
  });
});
