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
import { updateLatestLink } from './latest-link.ts';
import { writeAtomically } from './write-atomically.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-report-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function createRun(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'index.html'), name);
  return path;
}

const fail = () => Promise.reject(new Error('EPERM'));
const withoutLinksAndCopies = { symlink: fail, copy: fail };
const withoutLinks = {
  symlink: fail,
  copy: async (from: string, to: string) => {
    mkdirSync(to);
    writeFileSync(join(to, 'index.html'), readFileSync(join(from, 'index.html')));
  },
};

describe('updateLatestLink', () => {
  it('moves a relative link to the newest run and leaves no other file', async () => {
    expect(await updateLatestLink(createRun('one'))).toBe('symlink');
    expect(await updateLatestLink(createRun('two'))).toBe('symlink');
    expect(readlinkSync(join(folder, 'latest'))).toBe('two');
    expect(readFileSync(join(folder, 'latest/index.html'), 'utf8')).toBe('two');
    expect(readdirSync(folder).toSorted()).toEqual(['latest', 'one', 'two']);
  });

  it('makes a copy where links do not work, and replaces a link or a copy with it', async () => {
    await updateLatestLink(createRun('one'));
    expect(await updateLatestLink(createRun('two'), { operations: withoutLinks })).toBe('copy');
    expect(await updateLatestLink(createRun('three'), { operations: withoutLinks })).toBe('copy');
    expect(lstatSync(join(folder, 'latest')).isDirectory()).toBe(true);
    expect(readFileSync(join(folder, 'latest/index.html'), 'utf8')).toBe('three');
    expect(readFileSync(join(folder, 'one/index.html'), 'utf8')).toBe('one');
    expect(await updateLatestLink(join(folder, 'one'))).toBe('symlink');
  });

  it('writes the name of the run to a text file where links and copies do not work', async () => {
    expect(await updateLatestLink(createRun('one'), { operations: withoutLinksAndCopies })).toBe('text');
    expect(readFileSync(join(folder, 'latest'), 'utf8')).toBe('one\n');
  });
});

describe('writeAtomically', () => {
  it('leaves no temporary file when it fails', async () => {
    mkdirSync(join(folder, 'taken'));
    await expect(writeAtomically(join(folder, 'taken'), 'x')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(existsSync(join(folder, 'taken'))).toBe(true);
  });
});
