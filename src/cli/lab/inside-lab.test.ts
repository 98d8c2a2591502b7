import { expect, test } from 'vitest';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { withLabTimeouts } from './inside-lab.ts';

const scenario = (timeoutMs: number, stepMs: number) =>
  ({ timeoutMs, setup: [], steps: [{ keyword: 'touch', timeoutMs: stepMs }], teardown: [] }) as unknown as ExpandedCase;

test('withLabTimeouts raises short time limits and keeps longer ones', () => {
  expect(withLabTimeouts(scenario(60_000, 15_000))).toMatchObject({
    timeoutMs: 600_000,
    steps: [{ timeoutMs: 180_000 }],
  });
  expect(withLabTimeouts(scenario(900_000, 200_000))).toMatchObject({
    timeoutMs: 900_000,
    steps: [{ timeoutMs: 200_000 }],
  });
});
