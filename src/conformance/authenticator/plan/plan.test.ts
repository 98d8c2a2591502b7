/** Fewer touches and power cycles, with the same verdicts. */
import { describe, expect, it } from 'vitest';
import { connectPersona } from '../../../cli/compose/connected-persona.ts';
import { emulatedTargets } from '../../../cli/compose/emulated-test-target.ts';
import { selectEntries } from '../../select.ts';
import { authenticatorCatalogue } from '../catalogue.ts';
import { casesOf, idOfCase } from '../run-case.ts';
import { runSuite } from '../run-suite.ts';
import { comparePlan, planRun } from './plan.ts';

const persona = 'yubikey-5-nfc';
const emulate = () => connectPersona({ persona });
const subjects = ['getassert', 'pin.retries', 'pin.set', 'reset'];
const requirements = selectEntries(authenticatorCatalogue, subjects);
const plan = planRun(requirements, emulate);

describe('the plan of a run', () => {
  it('needs at most half the touches and half the power cycles of the catalogue order', async () => {
    const { catalogueOrder, planned } = await comparePlan(requirements, await plan, emulate);
    expect(planned.touches).toBeLessThanOrEqual(catalogueOrder.touches / 2);
    expect(planned.powerCycles).toBeLessThanOrEqual(catalogueOrder.powerCycles / 2);
  });

  it('contains every case once', async () => {
    const cases = casesOf(requirements);
    const ordered = (await plan).order(cases);
    expect(ordered.map(idOfCase).toSorted()).toEqual(cases.map(idOfCase).toSorted());
  });

  it('has the same verdicts as a new authenticator for every case', async () => {
    const { order, targets } = await plan;
    await using authenticator = await emulate();
    const planned = await runSuite(requirements, targets(authenticator), { order });
    const expected = await runSuite(requirements, emulatedTargets(persona));
    const verdicts = (results: typeof planned) => results.map(({ id, variant, verdict }) => [id, variant, verdict]);
    expect(verdicts(planned)).toEqual(verdicts(expected));
  });
});

describe('the plan for a key with fingerprints, which a reset deletes', () => {
  const ids = ['rk.full', 'rk.count', 'pin.uv-retries.form', 'token.uv.granted'];

  it('begins with the cases that need them, and ends with the one that fills the key', async () => {
    const needed = selectEntries(authenticatorCatalogue, ids);
    const { order } = await planRun(needed, () => connectPersona({ persona: 'touchstone-complete' }));
    expect(order(casesOf(needed)).map(idOfCase)).toEqual([
      'pin.uv-retries.form',
      'token.uv.granted@pin1',
      'token.uv.granted@pin2',
      'rk.count',
      'rk.full',
    ]);
  });
});
