import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { loadOrReport } from './scenario-library.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-library-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

function load(name: string, text: string) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const library = loadOrReport([file]);
  return { library, printed: error.mock.calls.map(([line]) => String(line)), error, file };
}

describe('loadOrReport', () => {
  it('prints a note for a deprecated key to standard error, once for several loads', () => {
    const text = 'id: old\nsteps: [open-security-info]\nexpect: { relying-party: { orphans: 0 } }\n';
    const { library, printed, error, file } = load('old.yaml', text);
    expect(library?.cases).toHaveLength(1);
    expect(printed).toEqual([
      expect.stringMatching(/old\.yaml:3:28: Deprecated key "orphans": use "abandoned-credentials"/),
    ]);
    loadOrReport([file]);
    expect(error).toHaveBeenCalledTimes(1);
  });

  it('prints all errors and returns undefined for an invalid file', () => {
    const { library, printed } = load('invalid.yaml', 'id: invalid\nsteps: [dune]\n');
    expect(library).toBeUndefined();
    expect(printed.join('\n')).toContain('Did you mean "done"?');
  });
});
