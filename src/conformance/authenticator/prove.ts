/**
 * Proves requirements: each has to pass on a conforming authenticator, and to fail on the same authenticator with each of its
 * defects. A check that cannot fail proves nothing.
 */
import type { CaseResult } from '../case-result.ts';
import type { Requirement } from './requirement.ts';
import { casesOf, idOfCase, runApplicableCase, runCase, type TestCase } from './run-case.ts';
import { readInfoOf } from './run-suite.ts';
import type { TestTargetSource } from './test-target.ts';

/** Emulated authenticators of a model, without defects or with one. */
export type EmulatedSource = (persona: string, defect?: string) => TestTargetSource;

const defaultPersona = 'touchstone-complete';

/** Returns what is not proven, as sentences; empty if everything is. */
export async function findUnproven(requirements: readonly Requirement[], emulate: EmulatedSource): Promise<string[]> {
  const problems: string[] = [];
  for (const requirement of requirements) problems.push(...(await findUnprovenCases(requirement, emulate)));
  return problems;
}

async function findUnprovenCases(requirement: Requirement, emulate: EmulatedSource): Promise<string[]> {
  const { id, provenBy, provenOn: persona = defaultPersona } = requirement;
  if (provenBy.length === 0) return [`${id} names no defect`];
  const conforming = emulate(persona);
  const info = await readInfoOf(conforming);
  const problems: string[] = [];
  const applicable: TestCase[] = [];
  for (const test of casesOf([requirement])) {
    const result = await runCase(test, conforming, info);
    if (result.verdict === 'pass') applicable.push(test);
    else if (result.verdict !== 'not-applicable') problems.push(describeCase(test, result, `on ${persona}`, 'pass'));
  }
  if (applicable.length === 0 && problems.length === 0) problems.push(`${id} applies to no case on ${persona}`);
  for (const defect of provenBy)
    for (const test of applicable) {
      const result = await runApplicableCase(test, emulate(persona, defect));
      if (result.verdict !== 'fail') problems.push(describeCase(test, result, `with the defect ${defect}`, 'fail'));
    }
  return problems;
}

const describeCase = (test: TestCase, { verdict, message }: CaseResult, where: string, expected: string): string =>
  `${idOfCase(test)} ${where}: expected the verdict ${expected}, got ${verdict}${message ? ` (${message})` : ''}`;
