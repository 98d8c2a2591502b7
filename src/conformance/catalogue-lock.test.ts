import { describe, expect, it } from 'vitest';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { findLockProblems, updateCatalogueLock } from './catalogue-lock.ts';

const entry = (id: string, since = '1.0'): CatalogueEntry => ({
  id,
  title: `The title of ${id}`,
  specification: { document: 'CTAP 2.1', section: '6.1' },
  level: 'MUST',
  since,
  provenBy: ['a.defect'],
});
const lock = updateCatalogueLock('', [entry('b.two'), entry('a.one')]);

describe('the lock of a catalogue', () => {
  it('lists ids, versions and titles in the order of the ids', () => {
    expect(lock).toBe('a.one\t1.0\tThe title of a.one\nb.two\t1.0\tThe title of b.two\n');
  });

  it('keeps the line of an id that is no longer in the catalogue, and renews the others', () => {
    const renewed = updateCatalogueLock(lock, [{ ...entry('a.one'), title: 'Better words' }]);
    expect(renewed).toBe('a.one\t1.0\tBetter words\nb.two\t1.0\tThe title of b.two\n');
  });

  it('accepts the catalogue that it was made from', () => {
    expect(findLockProblems(lock, [entry('a.one'), entry('b.two')])).toEqual([]);
  });

  it('accepts another title', () => {
    expect(findLockProblems(lock, [{ ...entry('a.one'), title: 'Better words' }, entry('b.two')])).toEqual([]);
  });

  it('reports an id that disappeared, unless it was removed on purpose', () => {
    expect(findLockProblems(lock, [entry('a.one')])).toHaveLength(1);
    expect(findLockProblems(lock, [entry('a.one')], ['b.two'])).toEqual([]);
  });

  it('reports a removed id that is used again', () => {
    expect(findLockProblems(lock, [entry('a.one'), entry('b.two')], ['b.two'])).toHaveLength(1);
  });

  it('reports a new id that is not in the lock, and another version', () => {
    expect(findLockProblems(lock, [entry('a.one'), entry('b.two'), entry('c.three')])).toHaveLength(1);
    expect(findLockProblems(lock, [entry('a.one', '1.1'), entry('b.two')])).toHaveLength(1);
  });
});
