import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { pointLatestTo, writeAtomically } from './files.ts';
import { readResult } from './read-result.ts';
import { renderAll } from './renderers.ts';
import { fixtureRun } from './testing/sample-runs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (name: string): string => {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'index.html'), name);
  return path;
};
const impossible = () => Promise.reject(new Error('EPERM'));
const copyNothing = { symlink: impossible, copy: impossible };
const copyOnly = {
  symlink: impossible,
  copy: async (from: string, to: string) => {
    mkdirSync(to);
    writeFileSync(join(to, 'index.html'), readFileSync(join(from, 'index.html')));
  },
};

describe('latest', () => {
  it('is a relative link that moves to the newest run and leaves nothing else', async () => {
    expect(await pointLatestTo(run('one'))).toBe('symlink');
    expect(await pointLatestTo(run('two'))).toBe('symlink');
    expect(readlinkSync(join(folder, 'latest'))).toBe('two');
    expect(readFileSync(join(folder, 'latest/index.html'), 'utf8')).toBe('two');
    expect(readdirSync(folder).toSorted()).toEqual(['latest', 'one', 'two']);
  });

  it('is a copy where links are impossible, also over a link or a copy', async () => {
    await pointLatestTo(run('one'));
    expect(await pointLatestTo(run('two'), copyOnly)).toBe('copy');
    expect(await pointLatestTo(run('three'), copyOnly)).toBe('copy');
    expect(lstatSync(join(folder, 'latest')).isDirectory()).toBe(true);
    expect(readFileSync(join(folder, 'latest/index.html'), 'utf8')).toBe('three');
    expect(readFileSync(join(folder, 'one/index.html'), 'utf8')).toBe('one');
    expect(await pointLatestTo(join(folder, 'one'))).toBe('symlink');
  });

  it('is a text where nothing else works', async () => {
    expect(await pointLatestTo(run('one'), copyNothing)).toBe('text');
    expect(readFileSync(join(folder, 'latest'), 'utf8')).toBe('one\n');
  });
});

it('leaves no temporary file when a write fails', async () => {
  mkdirSync(join(folder, 'taken'));
  await expect(writeAtomically(join(folder, 'taken'), 'x')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});

describe('master file', () => {
  it('is read back as it was and renders the same again', async () => {
    const { written, failed } = await renderAll(fixtureRun(), folder, ['json', 'junit', 'markdown']);
    expect(failed).toEqual([]);
    expect(existsSync(join(folder, 'index.html'))).toBe(false);
    const again = await readResult(written.json!);
    expect(again).toEqual(fixtureRun());
    const before = readFileSync(written.junit!, 'utf8');
    await renderAll(again, folder, ['junit']);
    expect(readFileSync(written.junit!, 'utf8')).toBe(before);
  });

  it('renders the other formats when one fails', async () => {
    mkdirSync(join(folder, 'junit.xml'));
    const { written, failed } = await renderAll(fixtureRun(), folder, ['json', 'junit', 'markdown']);
    expect(failed.map(({ format }) => format)).toEqual(['junit']);
    expect(Object.keys(written)).toEqual(['json', 'markdown']);
  });

  it.each<[string, (run: ReturnType<typeof fixtureRun>) => unknown, RegExp]>([
    [
      'another schema',
      (master) => ({ ...master, schema: 'touchstone.result/9' }),
      /schema: wanted one of touchstone.result\/1, found "touchstone.result\/9"/,
    ],
    ['no cases', ({ cases: _, ...master }) => master, /cases: wanted a list, found nothing/],
    [
      'an unknown phase',
      (master) => JSON.parse(JSON.stringify(master).replace('"phase":"client"', '"phase":"nap"')),
      /cases\[0\]\.spans\[\d+\]\.phase: wanted one of page, .*, found "nap"/,
    ],
    [
      'an unknown verdict',
      (master) => ({ ...master, verdict: 'fine' }),
      /verdict: wanted one of passed, .*, found "fine"/,
    ],
    ['a list', () => [], /wanted an object, found a list/],
  ])('refuses %s and says where', async (_, spoil, message) => {
    const path = join(folder, 'result.json');
    writeFileSync(path, JSON.stringify(spoil(fixtureRun())));
    await expect(readResult(path)).rejects.toThrow(message);
    await expect(readResult(path)).rejects.toBeInstanceOf(UsageError);
  });

  it('refuses what is missing or no JSON', async () => {
    await expect(readResult(join(folder, 'none.json'))).rejects.toThrow(UsageError);
    writeFileSync(join(folder, 'bad.json'), '{');
    await expect(readResult(join(folder, 'bad.json'))).rejects.toThrow(/is not JSON/);
  });
});
