import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, it, vi } from 'vitest';
import { runCommand } from '../testing/run-command.ts';
import { renderFindings } from './doctor.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('doctor examines this machine and prints JSON', async () => {
  const { code, out } = await runCommand('doctor', '--json');
  const findings = JSON.parse(out) as { subject: string; state: string; found: string }[];
  expect(findings.find(({ subject }) => subject === 'Node.js')).toEqual({
    subject: 'Node.js',
    state: 'works',
    found: process.versions.node,
  });
  expect(code).toBe(findings.some(({ state }) => state === 'required') ? 3 : 0);
});

it('doctor prints what to do below each finding, and whether scenarios can run', () => {
  const chromium = { subject: 'Chromium', found: 'not installed', remedy: 'Install it' };
  const lines = (state: 'required' | 'optional') =>
    renderFindings([{ ...chromium, state }]).map((line) => stripVTControlCharacters(line).trim());
  expect(lines('required')).toEqual([
    '✗ Chromium  not installed',
    'Install it',
    '',
    'Scenarios cannot run here: Chromium',
  ]);
  expect(lines('optional').at(-1)).toBe('Scenarios with emulated keys run here');
});
