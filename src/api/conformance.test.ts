import { expect, it } from 'vitest';
import { adapter } from '../../examples/adapters/simplewebauthn.mjs';
import {
  authenticatorCatalogue,
  type CaseResult,
  countVerdicts,
  emulatedTargets,
  libraryTarget,
  overallVerdict,
  relyingPartyCatalogue,
  runAuthenticatorSuite,
  runRelyingPartySuite,
} from './conformance.ts';

const verdictOf = (results: readonly CaseResult[]) => overallVerdict(results.map(({ verdict }) => verdict));
const [firstGetInfo] = authenticatorCatalogue.filter(({ id }) => id.startsWith('getinfo.'));
const only = [firstGetInfo?.id ?? ''];

it('runs a selection of the suite for authenticators, and reports each result at once', async () => {
  const seen: CaseResult[] = [];
  const results = await runAuthenticatorSuite(emulatedTargets('touchstone-complete'), {
    only,
    onResult: (result) => seen.push(result),
  });
  expect(results.length).toBeGreaterThan(0);
  expect(seen).toEqual(results);
  expect(results.every(({ id }) => id === only[0])).toBe(true);
  expect(verdictOf(results)).toBe('passed');
});

it('returns a violated requirement as a result', async () => {
  const defects = [firstGetInfo?.provenBy[0] ?? ''];
  const results = await runAuthenticatorSuite(emulatedTargets('touchstone-complete', defects), { only });
  expect(verdictOf(results)).toBe('failed');
  expect(results.find(({ verdict }) => verdict === 'fail')?.message).not.toBe('');
});

it('runs a selection of the suite for relying parties on a library', async () => {
  const [group = ''] = relyingPartyCatalogue[0]?.id.split('.') ?? [];
  const expected = relyingPartyCatalogue.filter(({ id }) => id.startsWith(`${group}.`));
  const results = await runRelyingPartySuite(libraryTarget(adapter), { only: [group] });
  expect(results.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect(countVerdicts(results.map(({ verdict }) => verdict)).pass).toBeGreaterThan(0);
});

it('refuses a selection that names nothing', async () => {
  await expect(runAuthenticatorSuite(emulatedTargets('solo'), { only: ['nothing'] })).rejects.toThrow(
    'Unknown requirement or group "nothing"',
  );
});
