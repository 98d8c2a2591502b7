/** A short run of the fuzzer on personas of each kind; `npm run fuzz -- 1000000` is the long one. */
import { expect, it } from 'vitest';
import { Fuzzer } from './fuzz.ts';

it.each([
  ['touchstone-complete', 2000, 22],
  ['touchstone-key', 500, 12],
  ['yubikey-bio', 500, 11],
  ['google-titan-v2', 500, 9],
  ['apple-passwords', 500, 8],
] as const)('%s answers %i requests, %i statuses among them', async (persona, requests, statuses) => {
  const report = await new Fuzzer(persona, 1).fire(requests);
  expect(report.offences).toEqual([]);
  expect(report.requests).toBeGreaterThan(requests * 0.9);
  expect(report.statuses.get('CTAP2_OK')).toBeGreaterThan(requests / 50);
  expect(report.statuses.size).toBeGreaterThanOrEqual(statuses);
});

it('the same seed fires the same requests', async () => {
  const run = async () => [...(await new Fuzzer('touchstone-complete', 7).fire(300)).statuses];
  expect(await run()).toEqual(await run());
});
