/** Loads the text of one scenario file for tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadOptions, loadScenarios } from '../load.ts';

/** Returns the cases, and errors and warnings as `line:column message`. */
export function loadText(text: string, options: Partial<LoadOptions> = {}) {
  const projectRoot = mkdtempSync(join(tmpdir(), 'scenario-text-'));
  try {
    writeFileSync(join(projectRoot, 'a.yaml'), text);
    const { cases, diagnostics, warnings } = loadScenarios(['.'], { projectRoot, personas: {}, ...options });
    const line = ({ line, column, message }: (typeof diagnostics)[number]) => `${line}:${column} ${message}`;
    return { cases, errors: diagnostics.map(line), warnings: warnings.map(line) };
  } finally {
    rmSync(projectRoot, { recursive: true });
  }
}
