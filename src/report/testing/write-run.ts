/** Writes the master file of a run, without the other formats. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '#result/run-result.ts';
import { renderJson } from '../json.ts';

/** Returns the folder of the run. */
export function writeRun(run: RunResult, folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'result.json'), [...renderJson(run)].join(''));
  return folder;
}
