/**
 * The files in `testing/formats`, one for each version of each format that a released version has written. They are never changed: a later
 * version reads them, or this test says that it refuses them, as `docs/versioning.md` does.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '#conformance/report/read-report.ts';
import { createAuthenticator } from '#emulator';
import { readJournal } from '#report/read-journal.ts';
import { readResult } from '#report/read-result.ts';

const formats = join(import.meta.dirname, 'testing/formats');
const versioning = readFileSync(resolve(import.meta.dirname, '../../../docs/versioning.md'), 'utf8');
const pathOf = (name: string) => join(formats, name);
const readState = (path: string) => {
  const importedState: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return createAuthenticator({ persona: 'yubikey-5-nfc', importedState }).inspect();
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-formats-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Returns the path of a copy of the file in which `before` is replaced. */
function copyWith(name: string, before: string, after: string): string {
  const text = readFileSync(pathOf(name), 'utf8');
  expect(text).toContain(before);
  const path = join(folder, name);
  writeFileSync(path, text.replace(before, after));
  return path;
}

describe('a file of each version is read', () => {
  it('result.json, version 1', async () => {
    const { verdict, totals, cases } = await readResult(pathOf('result-1.json'));
    expect([verdict, totals.passed]).toEqual(['passed', 2]);
    expect(cases.map(({ id }) => id.split('/')[0])).toEqual(cases.map(() => expect.stringMatching(/^security-key\./)));
  });

  it('the journal of a run, version 1', async () => {
    const { verdict, cases, errors } = await readJournal(pathOf('journal-1.ndjson'));
    expect([verdict, cases.length]).toEqual(['interrupted', 2]);
    expect(errors?.[0]?.message).toContain('2 of 3 cases had finished');
  });

  it('the report of a conformance run, version 1', async () => {
    const { verdict, cases } = await readReport(pathOf('conformance-1.json'));
    expect(verdict).toBe('passed');
    expect(cases.map(({ id }) => id)).toEqual(['pin.retries.form']);
  });

  it('the state of a key, version 1', () => {
    expect(readState(pathOf('authenticator-state-1.json'))).toMatchObject({
      pin: 'set',
      credentials: [{ rpId: 'example.com', userName: 'adele', userDisplayName: 'Adele Vance' }],
    });
  });
});

describe('a file of another version is refused, with both versions', () => {
  it('result.json', async () => {
    const path = copyWith('result-1.json', 'touchstone.result/1', 'touchstone.result/2');
    await expect(readResult(path)).rejects.toThrow(
      `Cannot read ${path}: It has version 2 of the format touchstone.result, expected version 1: read it with the version of Touchstone that wrote it`,
    );
  });

  it('the journal of a run', async () => {
    const path = copyWith('journal-1.ndjson', 'touchstone.journal/1', 'touchstone.journal/0');
    await expect(readJournal(path)).rejects.toThrow('version 0 of the format touchstone.journal, expected version 1');
  });

  it('the report of a conformance run', async () => {
    const path = copyWith('conformance-1.json', '"version": 1', '"version": 2');
    await expect(readReport(path)).rejects.toThrow(
      'version 2 of the format touchstone-conformance, expected version 1',
    );
  });

  it('the state of a key', () => {
    const path = copyWith('authenticator-state-1.json', '"version": 1', '"version": 2');
    expect(() => readState(path)).toThrow('expected format version 1, got 2');
  });
});

it('docs/versioning.md lists the version of every file', () => {
  for (const name of readdirSync(formats)) {
    const [, format, version] = /^(.*)-(\d+)\.\w+$/.exec(name) ?? [];
    expect(versioning).toMatch(new RegExp(`\`touchstone[.-]${format}\` \\| ${version} \\|`));
  }
});
