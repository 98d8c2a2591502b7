import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOf, timedCase } from '#report/testing/timed-runs.ts';
import { writeRun } from '#report/testing/write-run.ts';
import { readLibrary } from './scenario-library.ts';
import { describeLostFailures, type SelectionOptions, selectCases, selectShard } from './select-cases.ts';

let root: string;
const write = (name: string, ...lines: string[]) => writeFileSync(join(root, name), `${lines.join('\n')}\n`);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'touchstone-select-'));
  write('shared.yaml', 'steps: [open-security-info]');
  write(
    'a.yaml',
    'id: a',
    'title: First',
    'include: [shared.yaml]',
    'tags: [smoke]',
    'cases: [{ id: one }, { id: two }]',
  );
  write('b.yaml', 'id: b', 'title: Second', 'steps: [open-security-info]');
  write(
    't.yaml',
    'id: t',
    'title: Timed',
    'steps: [open-security-info]',
    'measure: { repeat: 3, baseline: { browser.route: shim } }',
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const options = (more: Partial<SelectionOptions>): SelectionOptions => ({
  tag: [],
  excludeTag: [],
  sample: false,
  ...more,
});
const load = () => readLibrary([root], { root }).cases;
const select = async (more: Partial<SelectionOptions>) =>
  (await selectCases(load(), options(more), { output: root, root })).map(({ id }) => id);

describe('selectCases', () => {
  it('selects by name, tag and file, and adds the baseline of a measured case', async () => {
    expect(await select({})).toEqual(['a/one', 'a/two', 'b', 't', 't@baseline']);
    expect(await select({ grep: /^t$/ })).toEqual(['t', 't@baseline']);
    expect(await select({ grep: /baseline/ }).catch((error: Error) => error.message)).toContain('No case is selected');
    expect(await select({ tag: ['smoke'], sample: true })).toEqual(['a/one']);
    expect(await select({ excludeTag: ['smoke'] })).toEqual(['b', 't', 't@baseline']);
  });

  it('refuses a tag that no case has, also beside one that some have, and paths without a scenario', async () => {
    await expect(select({ tag: ['smoke', 'smok'] })).rejects.toThrow(
      'No case is selected by --tag smok: expected one of smoke',
    );
    expect(await select({ tag: ['smok'], minCases: 0 })).toEqual([]);
    await expect(selectCases([], options({}), { output: root, root })).rejects.toThrow('contain no scenario');
  });

  it('selects the cases that failed in the last run, or in the one that is named', async () => {
    const failed = (id: string) => timedCase(id, {}, { verdict: 'failed' });
    writeRun(runOf([timedCase('a/one', {}), failed('a/two'), timedCase('t', {}), failed('t')]), join(root, 'latest'));
    writeRun(runOf([failed('b')]), join(root, 'other'));
    expect(await select({ lastFailed: true })).toEqual(['a/two', 't', 't@baseline']);
    expect(await select({ lastFailed: 'other' })).toEqual(['b']);
    await expect(select({ lastFailed: true, grep: /one/ })).rejects.toThrow(/matches --grep one --last-failed/);
  });

  it('selects the cases that a killed run did not reach', async () => {
    const failed = timedCase('a/one', {}, { verdict: 'failed' });
    writeRun({ ...runOf([failed, timedCase('b', {})]), missingCases: 3 }, join(root, 'latest'));
    expect(await select({ lastFailed: true })).toEqual(['a/one', 'a/two', 't', 't@baseline']);
  });

  it('names the failed cases that are no longer in the scenarios', async () => {
    const failed = (id: string) => timedCase(id, {}, { verdict: 'failed' });
    writeRun(runOf([failed('renamed'), failed('b'), failed('b')]), join(root, 'latest'));
    const lostFailures = (lastFailed?: true) =>
      describeLostFailures(load(), options({ ...(lastFailed && { lastFailed }) }), { output: root, root });
    expect(await lostFailures(true)).toBe(
      'Not running 1 case that failed in the last run, which these scenarios do not have: renamed',
    );
    expect(await lostFailures()).toBeUndefined();
  });

  it('selects the cases whose file or include differs from a commit, or is new', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    await expect(select({ onlyChanged: true })).rejects.toThrow(/none of 5 cases matches --only-changed/);
    expect(await select({ onlyChanged: true, minCases: 0 })).toEqual([]);
    appendFileSync(join(root, 'shared.yaml'), '# changed\n');
    expect(await select({ onlyChanged: true })).toEqual(['a/one', 'a/two']);
    write('c.yaml', 'id: c', 'title: New', 'steps: [open-security-info]');
    expect(await select({ onlyChanged: 'HEAD' })).toEqual(['a/one', 'a/two', 'c']);
    await expect(select({ onlyChanged: 'no-such-ref' })).rejects.toThrow('Cannot find changed files');
    await expect(select({ onlyChanged: '--output=x' })).rejects.toThrow('Expected a git commit');
  });
});

describe('selectShard', () => {
  const shard = (index: number, total: number) =>
    selectShard(load(), options({ shard: { index, total } }), { output: root, root });

  it('returns every case in one part, a measured case with its baseline', async () => {
    const parts = [await shard(1, 3), await shard(2, 3), await shard(3, 3)];
    const ids = parts.map(({ cases }) => cases.map(({ id }) => id));
    expect(ids.flat().toSorted()).toEqual(['a/one', 'a/two', 'b', 't', 't@baseline']);
    expect(ids.some((part) => part.includes('t') && part.includes('t@baseline'))).toBe(true);
    expect(parts[1]?.shard).toEqual({ index: 2, total: 3, selection: ['a/one', 'a/two', 'b', 't', 't@baseline'] });
  });

  it('refuses more parts than cases', async () => {
    await expect(shard(1, 9)).rejects.toThrow('Cannot split the selection into 9 parts');
  });
});
