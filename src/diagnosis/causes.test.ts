import { expect, test } from 'vitest';
import { type Reason, refusals } from '#relying-party/refusals.ts';
import { causes, positionOf } from './causes.ts';

/** Refusals of requests that do not register a passkey. */
const otherReasons: readonly Reason[] = [
  'not-administrator',
  'not-found',
  'upgrade-off',
  'policy-invalid',
  'body-too-large',
  'content-type',
  'credential-unknown',
  'signature-invalid',
  'counter-went-back',
];

test('every refusal of a registration is seen as exactly one cause', () => {
  const shown = causes.flatMap(({ seen }) => seen.refusals ?? []);
  for (const reason of Object.keys(refusals) as Reason[]) {
    const times = shown.filter((one) => one === reason).length;
    expect([reason, times]).toEqual([reason, otherReasons.includes(reason) ? 0 : 1]);
  }
});

test('every status, ending and error of an attempt is seen as at most one cause', () => {
  const all = causes.flatMap(({ seen }) => [...(seen.statuses ?? []), ...(seen.endings ?? []), ...(seen.errors ?? [])]);
  expect(all.toSorted()).toEqual([...new Set(all)].toSorted());
});

test('every cause has an id of its own and can be found', () => {
  const ids = causes.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  expect(causes.filter(({ predictions, seen }) => predictions.length + Object.keys(seen).length === 0)).toEqual([]);
});

test('the causes are in the order of the layers', () => {
  const positions = causes.map(({ layer }) => positionOf(layer));
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
});
