/** The catalogue of requirements on authenticators as a document, and the lock that prevents changes of its ids. */
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { groupTitles } from '#conformance/authenticator/group-titles.ts';
import { lockedRequirements } from '#conformance/authenticator/profiles/profiles.ts';
import type { Requirement } from '#conformance/authenticator/requirement.ts';
import { casesOf } from '#conformance/authenticator/run-case.ts';
import { uncaughtDefects } from '#conformance/authenticator/uncaught-defects.ts';
import { formatReference, groupOf } from '#conformance/catalogue-entry.ts';
import { updateCatalogueLock } from '#conformance/catalogue-lock.ts';
import { updateProfileLock } from '#conformance/profile.ts';
import { markdownTable } from '../table.ts';

const groups = [...new Set(authenticatorCatalogue.map(({ id }) => groupOf(id)))];
const requirementsOf = (group: string): Requirement[] =>
  authenticatorCatalogue.filter(({ id }) => groupOf(id) === group);

/** Returns the text of each generated part of `docs/conformance-authenticator.md`, by its name. */
export const authenticatorCatalogueParts = (): Record<string, string> => ({
  groups: markdownTable(
    ['Group', 'About', 'Requirements', 'Cases'],
    [
      ...groups.map((group) => [`\`${group}\``, titleOf(group), ...countsOf(requirementsOf(group))]),
      ['Sum', '', ...countsOf(authenticatorCatalogue)],
    ],
  ),
  catalogue: groups.map(groupSection).join('\n\n'),
  uncaught: markdownTable(
    ['Defect', 'Why no requirement catches it'],
    Object.entries(uncaughtDefects).map(([id, reason]) => [`\`${id.endsWith('.') ? `${id}*` : id}\``, reason]),
  ),
});

const titleOf = (group: string): string => groupTitles[group as keyof typeof groupTitles] ?? '';
const countsOf = (requirements: readonly Requirement[]): string[] => [
  String(requirements.length),
  String(casesOf(requirements).length),
];

function groupSection(group: string): string {
  const rows = requirementsOf(group).map((requirement) => [
    `\`${requirement.id}\``,
    requirement.title,
    formatReference(requirement.specification),
    requirement.level,
    requirement.provenBy.map((defect) => `\`${defect}\``).join(', '),
  ]);
  const table = markdownTable(['Id', 'Requirement', 'Source', 'Level', 'Proven by'], rows);
  return `### ${group}: ${titleOf(group)}\n\n${table}`;
}

/** Returns the text of `src/conformance/authenticator/catalogue.lock`. */
export const authenticatorCatalogueLock = (current: string): string =>
  updateCatalogueLock(current, authenticatorCatalogue);

/** Returns the text of `src/conformance/authenticator/profiles/profiles.lock`. */
export const authenticatorProfileLock = (current: string): string =>
  updateProfileLock(current, lockedRequirements(authenticatorCatalogue));
