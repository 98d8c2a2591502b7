import { afterEach, expect, test, vi } from 'vitest';
import { pinsFromEnvironment, planAsEnvironment, planFromEnvironment, type RunPlan } from './run-plan.ts';

const plan: RunPlan = {
  runId: 'one',
  outputDir: 'reports',
  command: 'run',
  paths: ['scenarios'],
  caseIds: ['a/b'],
  keys: [],
  left: {},
  repeat: 1,
  headed: false,
  retries: 0,
  operator: { kind: 'none' },
  patienceMs: 30_000,
  bell: false,
};
const setAll = (variables: Record<string, string>) =>
  Object.entries(variables).forEach(([name, value]) => {
    vi.stubEnv(name, value);
  });
afterEach(() => {
  vi.unstubAllEnvs();
});

test('a plan arrives as it was sent, and no PIN stands in it', () => {
  setAll(planAsEnvironment(plan, { '5234567': '864209' }));
  expect(planFromEnvironment()).toEqual(plan);
  expect(JSON.stringify(planFromEnvironment())).not.toContain('864209');
});

test('PINs reach whoever runs cases, and nobody that it starts', () => {
  setAll(planAsEnvironment(plan, { '5234567': '864209' }));
  expect(pinsFromEnvironment()).toEqual({ '5234567': '864209' });
  vi.stubEnv('TEST_WORKER_INDEX', '0');
  expect(pinsFromEnvironment()).toEqual({ '5234567': '864209' });
  expect(JSON.stringify(process.env)).not.toContain('864209');
});

test('without real keys there is nothing to keep', () => {
  expect(Object.keys(planAsEnvironment(plan, {}))).toEqual(['TOUCHSTONE_RUN']);
  expect(pinsFromEnvironment()).toEqual({});
});
