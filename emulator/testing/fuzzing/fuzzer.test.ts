/** Short runs of the fuzzer on personas of each kind. `npm run fuzz -- 1000000` makes a long run. */
import { expect, it } from 'vitest';
import { Fuzzer } from './fuzzer.ts';

it.each([
  ['touchstone-complete', 2000, 22],
  ['touchstone-key', 500, 12],
  ['yubikey-bio', 500, 11],
  ['google-titan-v2', 500, 9],
  ['feitian-biopass', 500, 12],
  ['apple-passwords', 500, 8],
] as const)(
  '%s answers %i requests without violations, with at least %i different statuses',
  async (persona, requests, statuses) => {
    const report = await new Fuzzer(persona, 1).run(requests);
    expect(report.violations).toEqual([]);
    expect(report.requests).toBeGreaterThan(requests * 0.9);
    expect(report.statuses.get('CTAP2_OK')).toBeGreaterThan(requests / 50);
    expect(report.statuses.size).toBeGreaterThanOrEqual(statuses);
  },
);

it('sends the same requests for the same seed', async () => {
  const run = async () => [...(await new Fuzzer('touchstone-complete', 7).run(300)).statuses];
  expect(await run()).toEqual(await run());
});
