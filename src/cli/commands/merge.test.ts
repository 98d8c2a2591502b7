import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { findResult } from '#report/find-result.ts';
import { RunRecorder } from '#report/run-recorder.ts';
import { Terminal } from '#report/terminal/terminal.ts';
import { timedCase } from '#report/testing/timed-runs.ts';
import { runCommand } from '../testing/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-merge-'));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const terminal = new Terminal({ write: () => true, columns: 100 }, { interactive: false, colour: false });

/** Records the shard with one case, which has an attachment. */
async function recordShard(index: number, id: string): Promise<void> {
  const shard = { index, total: 2, selection: ['a', 'b'] };
  const recorder = new RunRecorder({ outputDir: join(folder, 'shards'), runId: `shard-${index}`, terminal, shard });
  recorder.begin([id]);
  const body = Buffer.from(`log of ${id}`);
  recorder.finishCase({ ...timedCase(id, {}), attachments: [] }, [{ name: 'log', contentType: 'text/plain', body }]);
  await recorder.end({ interrupted: false });
}

it('merge joins the runs in a folder with their attachments, and applies the gates', async () => {
  await recordShard(2, 'b');
  await recordShard(1, 'a');
  const reports = join(folder, 'reports');
  const latest = join(folder, 'shards/latest');
  rmSync(latest, { force: true });
  cpSync(join(folder, 'shards/shard-1'), latest, { recursive: true }); // as in the artifact of a CI job
  expect((await runCommand('merge', join(folder, 'shards'), '--output', reports)).code).toBe(0);
  const shards = ['shard-1', 'shard-2'].map((name) => join(folder, 'shards', name));
  const { code, out } = await runCommand('merge', ...shards, '--output', reports);
  expect(code).toBe(0);
  expect(out).toContain('2 of 2 cases passed');
  const { result, folder: merged } = await findResult(join(reports, 'latest'));
  expect(result.cases.map(({ id }) => id)).toEqual(['a', 'b']);
  for (const { id, attachments } of result.cases)
    expect(readFileSync(join(merged, attachments[0]?.path ?? ''), 'utf8')).toBe(`log of ${id}`);
  expect(readdirSync(reports)).toContain('history.ndjson');
  expect((await runCommand('merge', ...shards, '--output', reports, '--min-cases', '3')).code).toBe(1);
  const missing = await runCommand('merge', shards[0] ?? '', '--output', reports);
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('missing shard 2/2')]);
}, 30_000);
