/** Every requirement is proven: it passes on a conforming emulated authenticator and fails on one with its defect. */
import { describe, expect, it } from 'vitest';
import { emulatedTargets } from '../../cli/compose/emulated-test-target.ts';
import { groupOf } from '../catalogue-entry.ts';
import { authenticatorCatalogue } from './catalogue.ts';
import { findUnproven } from './prove.ts';

const emulate = (persona: string, defect?: string) => emulatedTargets(persona, defect === undefined ? [] : [defect]);
const groups = [...new Set(authenticatorCatalogue.map(({ id }) => groupOf(id)))];

describe('the requirements on authenticators', () => {
  it.each(groups)('of the group %s are proven', { timeout: 60_000 }, async (group) => {
    const requirements = authenticatorCatalogue.filter(({ id }) => groupOf(id) === group);
    expect(await findUnproven(requirements, emulate)).toEqual([]);
  });
});
