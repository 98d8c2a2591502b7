import { describe, expect, it } from 'vitest';
import { relyingPartyCatalogue } from './catalogue.ts';
import { authenticationSteps, registrationSteps, type StepCoverage } from './steps.ts';

const tables: [string, 'registration' | 'authentication', Readonly<Record<number, StepCoverage>>, number][] = [
  ['7.1', 'registration', registrationSteps, 29],
  ['7.2', 'authentication', authenticationSteps, 25],
];

describe.each(tables)('the steps of section %s', (_, ceremony, steps, count) => {
  it('are all in the table', () => {
    expect(Object.keys(steps).map(Number)).toEqual(Array.from({ length: count }, (__, index) => index + 1));
  });

  it('have a reason, or rules that each have a case in this ceremony', () => {
    const tested = new Set<string>(
      relyingPartyCatalogue.filter((one) => one.ceremony === ceremony).flatMap(({ rules }) => rules),
    );
    const untested = Object.entries(steps).flatMap(([step, coverage]) =>
      typeof coverage === 'string'
        ? []
        : coverage.filter((rule) => !tested.has(rule)).map((rule) => `${step}: ${rule}`),
    );
    expect(untested).toEqual([]);
  });
});
