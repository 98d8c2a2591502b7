import { afterEach, expect, test, vi } from 'vitest';
import {
  checkPlannedCases,
  pinsFromEnvironment,
  planAsEnvironment,
  planFromEnvironment,
  type RunPlan,
} from './run-plan.ts';

const plan: RunPlan = {
  runId: 'one',
  outputDir: 'reports',
  baselines: 'baselines',
  command: 'run',
  paths: ['/project/scenarios'],
  root: '/project',
  caseIds: ['a/b'],
  keys: [],
  skipReasons: {},
  repeat: 1,
  headed: false,
  retries: 0,
  operator: { kind: 'none' },
  gestureTimeoutMs: 30_000,
  bell: false,
};
const setAll = (variables: Record<string, string>) =>
  Object.entries(variables).forEach(([name, value]) => {
    vi.stubEnv(name, value);
  });
afterEach(() => {
  vi.unstubAllEnvs();
});

test('passes the plan on unchanged and without PINs', () => {
  setAll(planAsEnvironment(plan, { '5234567': '864209' }));
  expect(planFromEnvironment()).toEqual(plan);
  expect(JSON.stringify(planFromEnvironment())).not.toContain('864209');
});

test('passes PINs to worker processes, and removes them from the environment of their child processes', () => {
  setAll(planAsEnvironment(plan, { '5234567': '864209' }));
  expect(pinsFromEnvironment()).toEqual({ '5234567': '864209' });
  vi.stubEnv('TEST_WORKER_INDEX', '0');
  expect(pinsFromEnvironment()).toEqual({ '5234567': '864209' });
  expect(JSON.stringify(process.env)).not.toContain('864209');
});

test('sets no variable for PINs if there are none', () => {
  expect(Object.keys(planAsEnvironment(plan, {}))).toEqual(['TOUCHSTONE_RUN']);
  expect(pinsFromEnvironment()).toEqual({});
});

test('refuses a run that would pass without a case of the plan', () => {
  const cases = [{ id: 'a' }, { id: 'b' }];
  expect(() => checkPlannedCases(['a', 'b'], cases)).not.toThrow();
  expect(() => checkPlannedCases(['a', 'renamed'], cases)).toThrow(/Cannot run renamed: its scenario has changed/);
});
