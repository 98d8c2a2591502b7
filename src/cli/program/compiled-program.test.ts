import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compiledProgram } from './compiled-program.mjs';

const main = 'src/cli/main.ts';
const cache = 'node_modules/.cache/touchstone/program';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'touchstone-program-'));
  write('package.json', JSON.stringify({ type: 'module' }));
  for (const file of ['package-lock.json', 'tsconfig.json']) write(file, '{}');
  for (const name of ['compiled-program', 'compile-options']) write(`src/cli/program/${name}.mjs`, '');
  for (const file of ['src/cli/run/scenarios.host.ts', 'playwright.config.ts', 'src/report/playwright-reporter.ts'])
    write(file, 'export {};');
  write('src/answer.ts', 'export const answer: number = 41;');
  write(main, "import { answer } from '../answer.ts';\nexport const main = () => [answer, import.meta.url];");
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Returns what the compiled `main` returns. */
async function run(): Promise<unknown[]> {
  const folder = await compiledProgram(root);
  const compiled = (await import(pathToFileURL(join(folder, 'main.mjs')).href)) as { main(): unknown[] };
  return compiled.main();
}

describe('compiledProgram', () => {
  it('compiles once and returns the same folder while no source changes', async () => {
    const folder = await compiledProgram(root);
    const { mtimeMs } = statSync(join(folder, 'main.mjs'));
    expect(await compiledProgram(root)).toBe(folder);
    expect(statSync(join(folder, 'main.mjs')).mtimeMs).toBe(mtimeMs);
  });

  it('sets the location of modules to that of their source', async () => {
    expect((await run())[1]).toBe(pathToFileURL(join(root, main)).href);
  });

  it('compiles again when an imported source changes, even with the same length and the same time', async () => {
    expect((await run())[0]).toBe(41);
    const { atime, mtime } = statSync(join(root, 'src/answer.ts'));
    write('src/answer.ts', 'export const answer: number = 42;');
    utimesSync(join(root, 'src/answer.ts'), atime, mtime);
    expect((await run())[0]).toBe(42);
  });

  it('returns to the earlier program when the source changes back', async () => {
    const first = await compiledProgram(root);
    write('src/answer.ts', 'export const answer: number = 42;');
    expect(await compiledProgram(root)).not.toBe(first);
    write('src/answer.ts', 'export const answer: number = 41;');
    expect(await compiledProgram(root)).toBe(first);
    expect((await run())[0]).toBe(41);
  });

  it.each([
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'src/cli/program/compiled-program.mjs',
    'src/cli/program/compile-options.mjs',
  ])('compiles again when %s changes', async (file) => {
    const before = await compiledProgram(root);
    write(file, `${readFileSync(join(root, file), 'utf8')} `);
    expect(await compiledProgram(root)).not.toBe(before);
  });

  it('compiles again when a source disappears, and reports what is missing', async () => {
    await compiledProgram(root);
    rmSync(join(root, 'src/answer.ts'));
    await expect(compiledProgram(root)).rejects.toThrow('Could not resolve "../answer.ts"');
  });

  it('does not fall back to the earlier program when a source has a syntax error', async () => {
    await compiledProgram(root);
    write('src/answer.ts', 'export const answer: = 1');
    await expect(compiledProgram(root)).rejects.toThrow('answer.ts');
    expect(readdirSync(join(root, cache)).filter((name) => name.startsWith('compiling-'))).toEqual([]);
  });

  it('compiles again when the compiled files or the manifest are damaged', async () => {
    const folder = await compiledProgram(root);
    rmSync(folder, { recursive: true });
    expect((await run())[0]).toBe(41);
    write(`${cache}/manifest.json`, '{ "folder": ');
    expect((await run())[0]).toBe(41);
  });

  it('can be called by several processes at the same time', async () => {
    const folders = await Promise.all([1, 2, 3].map(() => compiledProgram(root)));
    expect(new Set(folders).size).toBe(1);
    expect((await run())[0]).toBe(41);
  });
});
