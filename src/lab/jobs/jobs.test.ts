/** The tables of jobs are sound: ids, places, shell syntax, the same programs over both carriers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resultOf } from '../case.ts';
import { commandLineJob } from './command-line.ts';
import { labJobs } from './jobs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'touchstone-lab-jobs-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('jobs', () => {
  const all = Object.values(labJobs).flatMap((job) => job.cases.map((labCase) => ({ job, labCase })));

  it('have ids that are file names, once in a job, and lines in their source', () => {
    for (const { job, labCase } of all) {
      expect(labCase.id).toMatch(/^[a-z0-9-]+$/);
      expect(job.cases.filter(({ id }) => id === labCase.id)).toHaveLength(1);
      expect(resultOf(job, labCase, undefined).location.line, labCase.id).toBeGreaterThan(1);
    }
  });

  it('are scripts that a shell can read', () => {
    const file = join(scratch, 'case.sh');
    for (const { labCase } of all) {
      writeFileSync(file, labCase.run);
      execFileSync('/bin/sh', ['-n', file]);
    }
  });

  it('try the same programs over both carriers', () => {
    const programs = (carrier: 'uhid' | 'usbip') =>
      commandLineJob(carrier).cases.flatMap(({ id }) => (/^(token|cred|assert|ssh|python)-/.test(id) ? [id] : []));
    expect(programs('uhid')).toEqual(programs('usbip'));
    expect(programs('uhid').length).toBeGreaterThan(10);
  });
});
