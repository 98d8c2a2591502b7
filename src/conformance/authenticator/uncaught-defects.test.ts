/** Every defect of the emulator is caught by a requirement, or listed with the reason why none catches it. */
import { describe, expect, it } from 'vitest';
import { defectGroups } from '../../cli/compose/emulator-catalogue.ts';
import { authenticatorCatalogue } from './catalogue.ts';
import { uncaughtDefects } from './uncaught-defects.ts';

const defects = Object.values(defectGroups).flatMap(({ rows }) => Object.keys(rows));
const proofs = new Set(authenticatorCatalogue.flatMap(({ provenBy }) => provenBy));
const isListed = (defect: string): boolean =>
  Object.hasOwn(uncaughtDefects, defect) || Object.hasOwn(uncaughtDefects, `${defect.split('.', 1)[0]}.`);

describe('every defect of the emulator', () => {
  it('is the proof of a requirement, or listed as uncaught', () => {
    expect(defects.filter((defect) => !proofs.has(defect) && !isListed(defect))).toEqual([]);
  });

  it('is not both', () => {
    expect(defects.filter((defect) => proofs.has(defect) && isListed(defect))).toEqual([]);
  });
});

describe('the list of uncaught defects', () => {
  it('names only defects and groups that exist, each with a reason', () => {
    const unknown = Object.keys(uncaughtDefects).filter(
      (entry) => !defects.some((defect) => (entry.endsWith('.') ? defect.startsWith(entry) : defect === entry)),
    );
    expect(unknown).toEqual([]);
    expect(Object.values(uncaughtDefects).filter((reason) => reason === '')).toEqual([]);
  });
});

describe('the proofs of requirements', () => {
  it('are defects that exist, or changes of a metadata statement', () => {
    expect([...proofs].filter((proof) => !defects.includes(proof) && !proof.startsWith('metadata.'))).toEqual([]);
  });
});
