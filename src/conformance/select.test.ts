import { describe, expect, it } from 'vitest';
import { UsageError } from '#base/errors.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { selectEntries } from './select.ts';

const entry = (id: string): CatalogueEntry => ({
  id,
  title: id,
  specification: { document: 'CTAP 2.1', section: '6.5' },
  level: 'MUST',
  since: '1.0',
  provenBy: ['a.defect'],
});
const entries = ['pin.retries.form', 'pin.retries.decrease', 'pin.retriesx.a', 'token.issue'].map(entry);
const select = (...selectors: string[]) => selectEntries(entries, selectors).map(({ id }) => id);

describe('selectEntries', () => {
  it('returns all entries without selectors', () => {
    expect(select()).toHaveLength(4);
  });

  it('selects a group, a subject and a single requirement', () => {
    expect(select('pin')).toHaveLength(3);
    expect(select('pin.retries')).toEqual(['pin.retries.form', 'pin.retries.decrease']);
    expect(select('token.issue')).toEqual(['token.issue']);
  });

  it('keeps the order of the catalogue and names nothing twice', () => {
    expect(select('token', 'pin.retries.form', 'pin.retries')).toEqual([
      'pin.retries.form',
      'pin.retries.decrease',
      'token.issue',
    ]);
  });

  it('refuses a selector that names nothing', () => {
    expect(() => select('pin.ret')).toThrow(UsageError);
  });
});
