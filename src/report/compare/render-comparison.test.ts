import { describe, expect, it } from 'vitest';
import { createColours } from '../colour.ts';
import { runOf, simulatedRun, timedCase } from '../testing/timed-runs.ts';
import { compareRuns } from './compare-runs.ts';
import { forestLine, forestScale } from './forest-plot.ts';
import { renderComparisonPage } from './html.ts';
import { renderComparison } from './terminal.ts';

const slower = compareRuns(simulatedRun(1, 30), simulatedRun(2, 30, { 'make-credential': 1.4 }));
const broken = compareRuns(
  runOf([timedCase('a', {}, { title: '<b>Title</b>' })]),
  runOf([timedCase('a', {}, { title: '<b>Title</b>', verdict: 'failed' })]),
);

describe('forest plot', () => {
  it('shows an interval with its median, and the line where nothing changed', () => {
    const interval = { lower: 1.2, upper: 1.6 };
    const scale = forestScale([interval, { lower: 0.5, upper: 2 }]);
    expect(scale.position(1)).toBeCloseTo(0.5);
    expect(scale.position(2)).toBeCloseTo(1);
    expect(forestLine(scale, 1.4, interval, 21)).toBe('          │  ├─●─┤   ');
  });

  it('keeps an extreme ratio inside the plot', () => {
    const interval = { lower: 0.0001, upper: 5000 };
    const line = forestLine(forestScale([interval]), 1, interval, 21);
    expect(line).toHaveLength(21);
    expect(line).toBe('├─────────●─────────┤');
  });
});

describe('renderComparison', () => {
  it('shows each phase with its medians, ratio and verdict', () => {
    const lines = renderComparison(slower, createColours(false));
    const row = lines.find((line) => line.includes('makeCredential')) ?? '';
    expect(row).toMatch(/makeCredential\s+30\s+\d+ ms\s+\d+ ms\s+1\.[345]\d \[1\.\d\d, 1\.\d\d\].*●.*slower/);
    expect(lines.join('\n')).toContain('✗ slower: Whole ceremony, machine, makeCredential');
  });

  it('shows the verdicts that changed', () => {
    const text = renderComparison(broken, createColours(false)).join('\n');
    expect(text).toContain('✓ passed -> ✗ failed');
    expect(text).toContain('1 case passed before and does not pass now');
  });

  it('reports that nothing is worse', () => {
    const same = compareRuns(simulatedRun(1, 30), simulatedRun(1, 30));
    expect(renderComparison(same, createColours(false)).at(-1)).toBe('  ✓ nothing is worse');
  });
});

describe('renderComparisonPage', () => {
  it('has a row with an interval for each phase, and no script', () => {
    const page = renderComparisonPage(slower);
    expect(page.match(/<svg /g)).toHaveLength(slower.phases.length);
    expect(page).toContain('Slower: Whole ceremony, machine, makeCredential');
    expect(page).not.toContain('<script');
  });

  it('escapes the titles of cases', () => {
    expect(renderComparisonPage(broken)).toContain('&lt;b&gt;Title&lt;/b&gt;');
    expect(renderComparisonPage(broken)).not.toContain('<b>Title');
  });
});
