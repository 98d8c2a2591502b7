import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findLockProblems } from '../catalogue-lock.ts';
import { relyingPartyCatalogue } from './catalogue.ts';
import { removedCases } from './removed-cases.ts';

const lock = readFileSync(new URL('catalogue.lock', import.meta.url), 'utf8');

it('the cases for relying parties agree with the lock', () => {
  expect(findLockProblems(lock, relyingPartyCatalogue, removedCases)).toEqual([]);
});

it('a case that disappears without an entry in the changelog of the catalogue is found', () => {
  const [first] = relyingPartyCatalogue;
  expect(findLockProblems(lock, relyingPartyCatalogue.slice(1), removedCases)).toEqual([
    `${first?.id} is in the lock, but not in the catalogue: add it to the removed ids`,
  ]);
});
