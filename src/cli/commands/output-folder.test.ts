import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '#base/errors.ts';
import { main } from '../main.ts';
import { ensureWritableFolder } from './output-folder.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-output-'));
  writeFileSync(join(folder, 'file'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('ensureWritableFolder', () => {
  it('creates a missing folder and leaves nothing in it', async () => {
    await ensureWritableFolder(join(folder, 'new/reports'));
    expect(readdirSync(join(folder, 'new/reports'))).toEqual([]);
  });

  it.each([
    ['a file', () => join(folder, 'file'), /EEXIST/],
    ['a folder below a file', () => join(folder, 'file/reports'), /ENOTDIR/],
  ])('rejects %s with the path and the reason', async (_, path, reason) => {
    const failure = await ensureWritableFolder(path()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toMatch(reason);
    expect(String(failure)).toContain(`Cannot write reports to ${path()}`);
  });
});

describe('an output path that cannot be written', () => {
  const errors: string[] = [];
  beforeEach(() => {
    errors.length = 0;
    vi.spyOn(console, 'error').mockImplementation((text: unknown) => void errors.push(String(text)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    [['run', 'scenarios/security-key.new-pin.yaml', '--output']],
    [['lab', 'uhid', '--output']],
    [['report', 'no/result.json', '--output']],
  ])('ends %j with exit code 2 and one sentence, before anything runs', async (args) => {
    const output = join(folder, 'file');
    expect(await main([...args, output])).toBe(2);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`Cannot write reports to ${output}`);
    expect(existsSync(join(folder, 'latest'))).toBe(false);
  });
});
