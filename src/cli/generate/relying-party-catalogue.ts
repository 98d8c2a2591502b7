/** The tables of `docs/conformance-relying-party.md`: groups, steps, rules and cases. */
import { formatReference } from '#conformance/catalogue-entry.ts';
import { updateCatalogueLock } from '#conformance/catalogue-lock.ts';
import { groupTitles, relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import type { RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import { severities } from '#conformance/relying-party/rules/rule.ts';
import { ruleIds, ruleOf } from '#conformance/relying-party/rules.ts';
import { authenticationSteps, registrationSteps, type StepCoverage } from '#conformance/relying-party/steps.ts';
import { markdownTable } from '../table.ts';

/** The group with one case for each value of a byte is not listed case by case. */
const sweep = 'flags';

const casesOf = (group: string): RelyingPartyCase[] => relyingPartyCatalogue.filter((one) => one.group === group);
const code = (text: string): string => `\`${text}\``;

const groupsTable = (): string =>
  markdownTable(
    ['Group', 'Content', 'Refuse', 'Accept', 'Either'],
    Object.entries(groupTitles).map(([group, title]) => {
      const count = (kind: 'refuse' | 'accept' | 'object') =>
        casesOf(group).filter(({ expected }) => expected === kind || typeof expected === kind).length;
      return [code(group), title, ...(['refuse', 'accept', 'object'] as const).map((kind) => String(count(kind)))];
    }),
  );

const stepsTable = (section: string, steps: Readonly<Record<number, StepCoverage>>): string =>
  markdownTable(
    [`Step of ${section}`, 'Rules, or why there is none'],
    Object.entries(steps).map(([step, coverage]) => [
      step,
      typeof coverage === 'string' ? coverage : coverage.map(code).join(', '),
    ]),
  );

const rulesTable = (): string =>
  markdownTable(
    ['Rule', 'Source', 'Severity', 'Without it', 'Usual fix'],
    ruleIds.map((id) => {
      const { specification, severity, weakness, fix } = ruleOf(id);
      return [code(id), formatReference(specification), severity, weakness, fix];
    }),
  );

const formatExpectation = ({ expected, rules }: RelyingPartyCase): string => {
  if (typeof expected === 'object') return `either: ${expected.either}`;
  return expected === 'accept' ? 'accept' : `refuse: ${rules.map(code).join(', ')}`;
};

const casesTables = (): string =>
  Object.entries(groupTitles)
    .filter(([group]) => group !== sweep)
    .map(([group, title]) => {
      const rows = casesOf(group).map((one) => [code(one.id), one.title, formatExpectation(one)]);
      return `### ${title}\n\n${markdownTable(['Id', 'Change', 'Expected'], rows)}`;
    })
    .join('\n\n');

/** Returns the text of `src/conformance/relying-party/catalogue.lock`. */
export const relyingPartyCatalogueLock = (current: string): string =>
  updateCatalogueLock(current, relyingPartyCatalogue);

/** Returns the generated parts by their names. */
export const relyingPartyCatalogueParts = (): Readonly<Record<string, string>> => ({
  severities: markdownTable(['Severity', 'Meaning'], Object.entries(severities)),
  groups: groupsTable(),
  steps: `${stepsTable('7.1', registrationSteps)}\n\n${stepsTable('7.2', authenticationSteps)}`,
  rules: rulesTable(),
  cases: casesTables(),
});
