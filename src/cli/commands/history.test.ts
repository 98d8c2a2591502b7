import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { simulatedRun } from '#report/testing/timed-runs.ts';
import { writeRun } from '#report/testing/write-run.ts';
import { runCommand } from '../testing/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-history-'));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

it('history adds runs, prints them, and writes a page', async () => {
  const run = simulatedRun(1, 3);
  const folderOf = (id: string) => writeRun({ ...run, run: { ...run.run, id } }, join(folder, id));
  const page = join(folder, 'new/history.html');
  const args = ['--output', folder, '--html', page];
  expect((await runCommand('history', ...args)).code).toBe(2);
  const { code, out } = await runCommand('history', ...args, '--json', '--add', folderOf('a'), '--add', folderOf('b'));
  expect(code).toBe(0);
  expect(JSON.parse(out).map(({ id }: { id: string }) => id)).toEqual(['a', 'b']);
  expect(readFileSync(page, 'utf8')).toContain('<polyline ');
  expect((await runCommand('history', '--output', folder)).out).toContain('Trend of the medians');
});
