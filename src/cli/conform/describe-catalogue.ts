/** The catalogue of requirements on authenticators as text and JSON, and the explanation of one requirement. */
import pc from 'picocolors';
import type { Requirement } from '#conformance/authenticator/requirement.ts';
import { casesOf, idOfCase, runApplicableCase } from '#conformance/authenticator/run-case.ts';
import { formatReference, groupOf } from '#conformance/catalogue-entry.ts';
import { count } from '#report/format.ts';
import { emulatedTargets } from '../compose/emulated-test-target.ts';
import { defectTitle } from '../compose/emulator-catalogue.ts';
import { alignColumns } from '../table.ts';

/** Returns what `--list` prints. */
export function describeCatalogue(requirements: readonly Requirement[]): string {
  const groups = [...new Set(requirements.map(({ id }) => groupOf(id)))];
  const parts = groups.map((group) => {
    const own = requirements.filter(({ id }) => groupOf(id) === group);
    const rows = own.map((requirement) => [
      requirement.id,
      requirement.level,
      formatReference(requirement.specification),
      requirement.title,
    ]);
    return `${pc.bold(`${group} (${own.length})`)}\n${alignColumns(rows)}\n`;
  });
  const total = `${count(requirements.length, 'requirement')}, ${count(casesOf(requirements).length, 'case')}`;
  return [...parts, pc.dim(total)].join('\n');
}

/** Returns what `--list --json` prints. */
export const catalogueAsJson = (requirements: readonly Requirement[]): unknown[] =>
  requirements.map((requirement) => ({
    id: requirement.id,
    title: requirement.title,
    document: requirement.specification.document,
    section: requirement.specification.section,
    level: requirement.level,
    since: requirement.since,
    state: requirement.state,
    destructive: requirement.destructive,
    accepted: requirement.accepted ?? [],
    notApplicableIf: requirement.preconditions.map(({ reason }) => reason),
    provenBy: requirement.provenBy,
    cases: casesOf([requirement]).map(idOfCase),
  }));

const defaultModel = 'touchstone-complete';

/** Returns what `--explain` prints: the requirement, and the messages of an authenticator that violates it. */
export async function explainRequirement(requirement: Requirement): Promise<string> {
  const { id, title, specification, level, accepted, preconditions, provenBy, provenOn = defaultModel } = requirement;
  const [defect] = provenBy;
  const example = defect === undefined ? [] : await exampleOf(requirement, provenOn, defect);
  const list = (name: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`${name}:`, ...items.map((item) => `  ${item}`)];
  return [
    pc.bold(id),
    `${title}.`,
    '',
    `Source: ${formatReference(specification)} (${level})`,
    ...(accepted ? [`Accepted statuses: ${accepted.join(', ')}`] : []),
    ...list(
      'Not applicable if',
      preconditions.map(({ reason }) => reason),
    ),
    ...list('Cases', casesOf([requirement]).map(idOfCase)),
    ...list(
      'Defects that make it fail',
      provenBy.map((name) => `${name}: ${defectTitle(name)}`),
    ),
    ...example,
  ].join('\n');
}

async function exampleOf(requirement: Requirement, persona: string, defect: string): Promise<string[]> {
  const source = emulatedTargets(persona, [defect]);
  for (const test of casesOf([requirement])) {
    const { verdict, message, evidence } = await runApplicableCase(test, source);
    if (verdict !== 'fail') continue;
    const lines = evidence.slice(-2).map(({ name, text }) => `  ${name}: ${text}`);
    return [`Example of a failure (${persona} with ${defect}):`, ...lines, `  result: ${message}`];
  }
  return [];
}
