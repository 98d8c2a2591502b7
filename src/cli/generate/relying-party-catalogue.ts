/** The tables of `docs/conformance-relying-party.md`: groups, steps, rules and cases. */
import { formatReference } from '#conformance/catalogue-entry.ts';
import { updateCatalogueLock } from '#conformance/catalogue-lock.ts';
import { formatProfile, updateProfileLock } from '#conformance/profile.ts';
import { groupTitles, relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { type Demand, formatDemand, type RelyingPartyProfile } from '#conformance/relying-party/profiles/profile.ts';
import {
  casesOfDemand,
  casesOfProfile,
  lockedCases,
  type RelyingPartyProfileId,
  relyingPartyProfileIds,
  relyingPartyProfiles,
} from '#conformance/relying-party/profiles/profiles.ts';
import type { RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import { severities } from '#conformance/relying-party/rules/rule.ts';
import { ruleIds, ruleOf } from '#conformance/relying-party/rules.ts';
import { authenticationSteps, registrationSteps, type StepCoverage } from '#conformance/relying-party/steps.ts';
import { count } from '#report/format.ts';
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
  if (expected === 'accept') return rules.length === 0 ? 'accept' : `accept: ${rules.map(code).join(', ')}`;
  return `refuse: ${rules.map(code).join(', ')}`;
};

const casesTables = (): string =>
  Object.entries(groupTitles)
    .filter(([group]) => group !== sweep)
    .map(([group, title]) => {
      const rows = casesOf(group).map((one) => [code(one.id), one.title, formatExpectation(one)]);
      return `### ${title}\n\n${markdownTable(['Id', 'Change', 'Expected'], rows)}`;
    })
    .join('\n\n');

/** Returns the groups, subjects or cases of a demand, or the reason why there are none. */
const formatCases = (demand: Demand): string =>
  typeof demand.cases === 'string'
    ? `none: ${demand.cases}`
    : `${demand.cases.map(code).join(', ')} (${count(casesOfDemand(demand, relyingPartyCatalogue).length, 'case')})`;

function profileSection(id: RelyingPartyProfileId): string {
  const profile: RelyingPartyProfile = relyingPartyProfiles[id];
  const rows = profile.demands.map((demand) => [
    formatDemand(demand),
    formatReference(demand.source),
    demand.basis ? formatReference(demand.basis) : 'the source',
    demand.capabilities.join(', ') || '-',
    formatCases(demand),
  ]);
  const excluded = Object.entries(profile.notDemanded).map(([group, reason]) => `- ${code(group)}: ${reason}.`);
  return [
    `### ${id}: ${formatProfile(profile)}`,
    `${count(casesOfProfile(id, relyingPartyCatalogue).length, 'case')}.`,
    markdownTable(
      ['Demand', 'Source', 'Text that the cases follow', 'Must not lack', 'Cases, or why there is none'],
      rows,
    ),
    'Groups that the profile does not contain:',
    excluded.join('\n'),
  ].join('\n\n');
}

/** Returns the text of `src/conformance/relying-party/profiles/profiles.lock`. */
export const relyingPartyProfileLock = (current: string): string =>
  updateProfileLock(current, lockedCases(relyingPartyCatalogue));

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
  profiles: relyingPartyProfileIds.map(profileSection).join('\n\n'),
});
