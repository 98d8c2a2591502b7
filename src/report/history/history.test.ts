import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createColours } from '../colour.ts';
import { simulatedRun } from '../testing/timed-runs.ts';
import { appendToHistory, historyFile, readHistory } from './history-file.ts';
import { toHistoryLine } from './history-line.ts';
import { renderHistoryPage } from './html.ts';
import { renderHistory } from './terminal.ts';
import { releaseMarkers, sparkline, trendOf } from './trend.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-history-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Returns the run of one day of a month, which is slower each day. */
function runOfDay(day: number, facts: { release?: string; machine?: string } = {}) {
  const run = simulatedRun(day, 10, { pin: 1 + day });
  const startedAt = `2026-03-${String(day).padStart(2, '0')}T09:00:00.000Z`;
  return { ...run, run: { ...run.run, id: `run-${day}`, startedAt, ...facts } };
}
const releases = ['v1', 'v1', undefined, 'v2'];
const history = releases.map((release, index) => toHistoryLine(runOfDay(index + 1, { ...(release && { release }) })));

describe('the file of the history', () => {
  it('has one line for each run, and returns them by their start', async () => {
    const path = historyFile(folder);
    for (const day of [2, 1, 3]) await appendToHistory(path, runOfDay(day));
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(3);
    const runs = await readHistory(path);
    expect(runs.map(({ id }) => id)).toEqual(['run-1', 'run-2', 'run-3']);
    expect(runs[0]).toEqual(toHistoryLine(runOfDay(1)));
  });

  it('counts a run once, and ignores an incomplete last line', async () => {
    const path = historyFile(folder);
    await appendToHistory(path, runOfDay(1));
    await appendToHistory(path, { ...runOfDay(1), verdict: 'failed' });
    appendFileSync(path, '{"schema":"touchst');
    expect((await readHistory(path)).map(({ verdict }) => verdict)).toEqual(['failed']);
  });

  it('can be continued after an incomplete line, and after a line without its line break', async () => {
    const path = historyFile(folder);
    await appendToHistory(path, runOfDay(1));
    appendFileSync(path, '{"schema":"touchst');
    await appendToHistory(path, runOfDay(2));
    writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
    await appendToHistory(path, runOfDay(3));
    expect((await readHistory(path)).map(({ id }) => id)).toEqual(['run-1', 'run-2', 'run-3']);
  });

  it('is rejected with the number of a damaged line, and when it does not exist', async () => {
    const path = historyFile(folder);
    await expect(readHistory(path)).rejects.toThrow('There is no history yet');
    appendFileSync(path, '{"schema":"touchstone.history/1","id":"a"}\n');
    await expect(readHistory(path)).rejects.toThrow('history.ndjson:1 is not a line of a history: expected id and');
  });
});

describe('the trend', () => {
  it('has the runs on the machine of the last run, with a marker where the release changes', () => {
    const other = toHistoryLine(runOfDay(9, { machine: 'other' }));
    const points = trendOf([other, ...history], 'pin');
    expect(points.map(({ id, release }) => [id, release])).toEqual([
      ['run-1', 'v1'],
      ['run-2', undefined],
      ['run-3', undefined],
      ['run-4', 'v2'],
    ]);
    expect(releaseMarkers(points)).toEqual({ marks: '▲  ▲', names: ['v1', 'v2'] });
  });

  it('is drawn from the smallest to the largest value', () => {
    expect(sparkline([1, 2, 3, 8])).toBe('▁▂▃█');
    expect(sparkline([0, 0])).toBe('▄▄');
  });

  it('is flat when the values differ by a few percent', () => {
    expect(sparkline([100, 103, 98, 101])).toMatch(/^[▄▅]{4}$/);
    expect(sparkline([100, 101, 99, 160])).toBe('▁▁▁█');
  });
});

describe('the views of the history', () => {
  it('list the runs and the trend of each phase in a terminal', () => {
    const text = renderHistory(history, createColours(false)).join('\n');
    expect(text).toMatch(/2026-03-04 09:00 {2}✓ passed .*10 of 10 .* v2/);
    expect(text).toMatch(/PIN protocol +▁.*█ {2}\d+ ms -> \d+ ms/);
    expect(text).toMatch(/▲ {2}▲ {2}v1, v2/);
  });

  it('report that one run has no trend', () => {
    expect(renderHistory(history.slice(0, 1), createColours(false)).join('\n')).toContain('A trend needs two runs');
    expect(renderHistoryPage(history.slice(0, 1))).toContain('A trend needs two runs');
  });

  it('show a change of the medians also when the 95th percentile is far above them', () => {
    const slow = history.map((line, index) => {
      const p50 = index < 2 ? 2 : 3;
      return { ...line, phases: { ...line.phases, 'make-credential': { n: 10, p50, p95: 80 } } };
    });
    const [, chart = ''] = renderHistoryPage(slow).split('<h3>makeCredential</h3>');
    const [, points = ''] = /<polyline points="([^"]*)"/.exec(chart) ?? [];
    const heights = points.split(' ').map((point) => Number(point.split(',')[1]));
    expect((heights[0] ?? 0) - (heights[3] ?? 0)).toBeGreaterThan(20);
  });

  it('name a release only where there is room', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ ...history[0], id: `r${index}`, release: `v${index}` }));
    const [, first = ''] = renderHistoryPage(many as typeof history).split('<h3>');
    expect(first.match(/stroke-dasharray/g)).toHaveLength(40);
    expect(first.match(/>v\d+<\/text>/g)?.length).toBeLessThan(10);
  });

  it('have a chart with release markers for each phase in HTML, and escape names', () => {
    const page = renderHistoryPage(
      history.map((line) => (line.release === 'v2' ? { ...line, release: '<v2>' } : line)),
    );
    expect(page.match(/<polyline /g)).toHaveLength(7);
    expect(page).toContain('&lt;v2&gt;</text>');
    expect(page).not.toContain('<v2>');
  });
});
