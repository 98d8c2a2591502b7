/** Checks the declared jobs: ids, source locations, shell syntax, the same programs over both transports. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toCaseResult } from '../case.ts';
import { createCommandLineJob } from './command-line.ts';
import { labJobs } from './jobs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'touchstone-lab-jobs-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('lab jobs', () => {
  const all = Object.values(labJobs).flatMap((job) => job.cases.map((labCase) => ({ job, labCase })));

  it('have case ids that are valid file names, unique in their job, and found in the source', () => {
    for (const { job, labCase } of all) {
      expect(labCase.id).toMatch(/^[a-z0-9-]+$/);
      expect(job.cases.filter(({ id }) => id === labCase.id)).toHaveLength(1);
      expect(toCaseResult(job, labCase, undefined).location.line, labCase.id).toBeGreaterThan(1);
    }
  });

  it('have scripts with valid shell syntax', () => {
    const file = join(scratch, 'case.sh');
    for (const { labCase } of all) {
      writeFileSync(file, labCase.run);
      execFileSync('/bin/sh', ['-n', file]);
    }
  });

  it('run the same programs over both transports', () => {
    const programsOf = (transport: 'uhid' | 'usbip') =>
      createCommandLineJob(transport).cases.flatMap(({ id }) =>
        /^(token|cred|assert|ssh|python)-/.test(id) ? [id] : [],
      );
    expect(programsOf('uhid')).toEqual(programsOf('usbip'));
    expect(programsOf('uhid').length).toBeGreaterThan(10);
  });
});
