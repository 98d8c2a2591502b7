/** The catalogue of cases for relying parties as text and JSON, and the explanation of one case. */
import pc from 'picocolors';
import { formatReference } from '#conformance/catalogue-entry.ts';
import { groupTitles } from '#conformance/relying-party/catalogue.ts';
import type { Expectation, RelyingPartyCase } from '#conformance/relying-party/relying-party-case.ts';
import { severities } from '#conformance/relying-party/rules/rule.ts';
import { type RuleId, ruleOf } from '#conformance/relying-party/rules.ts';
import { count } from '#report/format.ts';
import { alignColumns } from '../table.ts';

const formatExpectation = (expected: Expectation): string => (typeof expected === 'string' ? expected : 'either');

/** Returns what `--list` prints. */
export function describeRelyingPartyCases(cases: readonly RelyingPartyCase[]): string {
  const groups = [...new Set(cases.map(({ group }) => group))];
  const parts = groups.map((group) => {
    const own = cases.filter((one) => one.group === group);
    const rows = own.map(({ id, expected, specification, title }) => [
      id,
      formatExpectation(expected),
      formatReference(specification),
      title,
    ]);
    return `${pc.bold(`${group}: ${groupTitles[group]} (${own.length})`)}\n${alignColumns(rows)}\n`;
  });
  return [...parts, pc.dim(count(cases.length, 'case'))].join('\n');
}

/** Returns what `--list --json` prints. */
export const relyingPartyCasesAsJson = (cases: readonly RelyingPartyCase[]): unknown[] =>
  cases.map(({ id, title, ceremony, expected, rules, consequence, specification, level, since, provenBy, base }) => ({
    id,
    title,
    ceremony,
    attestation: base.attestation,
    algorithm: base.algorithm,
    expected,
    document: specification.document,
    section: specification.section,
    level,
    since,
    rules,
    severity: typeof expected === 'object' ? [] : rules.map((rule) => consequence?.severity ?? ruleOf(rule).severity),
    provenBy,
  }));

/** Returns what `--explain` prints. */
export function explainRelyingPartyCase(one: RelyingPartyCase): string {
  const { id, title, ceremony, expected, specification, level, base, rules } = one;
  const reason = typeof expected === 'object' ? [`Both outcomes are correct: ${expected.either}.`] : [];
  return [
    pc.bold(id),
    `${title}.`,
    '',
    ceremony === 'api'
      ? 'Requests of the conformance API'
      : `Ceremony: ${ceremony}, attestation ${base.attestation}, ${base.algorithm}`,
    `Expected: ${formatExpectation(expected)}`,
    `Source: ${formatReference(specification)}${typeof expected === 'object' ? '' : ` (${level})`}`,
    ...reason,
    ...rules.flatMap((rule) => explainRule(rule, one)),
  ].join('\n');
}

function explainRule(rule: RuleId, { expected, consequence }: RelyingPartyCase): string[] {
  const { fix } = ruleOf(rule);
  const { severity, weakness } = consequence ?? ruleOf(rule);
  if (typeof expected === 'object')
    return ['', `Rule ${rule}, which a relying party may have`, `  Usual form: ${fix}.`];
  return [
    '',
    `Rule ${rule}`,
    `  ${consequence ? 'If this is accepted' : 'Without it'}: ${weakness}.`,
    `  Severity: ${severity}. ${severities[severity]}.`,
    `  Usual fix: ${fix}.`,
  ];
}
