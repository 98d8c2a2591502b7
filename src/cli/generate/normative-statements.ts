/** The table of normative statements as a document: which requirements cover each, and why the others are not covered. */
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { normativeSections } from '#conformance/authenticator/normative-sentences/normative-sections.ts';
import {
  citing,
  type NormativeSection,
  type RowSection,
  type StepSection,
  statementsOf,
} from '#conformance/authenticator/normative-sentences/section.ts';
import { markdownTable } from '../table.ts';

const isCounted = (section: NormativeSection): section is StepSection | RowSection =>
  section.kind === 'steps' || section.kind === 'rows';

/** Returns the text of each generated part of `docs/normative-statements.md`, by its name. */
export const normativeStatementParts = (): Record<string, string> => ({
  sections: markdownTable(
    ['Document', 'Section', 'Title', 'Statements', 'Requirements'],
    normativeSections.map((section) => [
      section.document,
      section.section,
      section.title,
      statementCount(section),
      String(citing(section, authenticatorCatalogue).length),
    ]),
  ),
  statements: normativeSections.filter(isCounted).map(statementTable).join('\n\n'),
  excluded: markdownTable(
    ['Document', 'Section', 'Title', 'Reason'],
    normativeSections.flatMap((section) =>
      section.kind === 'excluded' ? [[section.document, section.section, section.title, section.reason]] : [],
    ),
  ),
});

function statementCount(section: NormativeSection): string {
  if (section.kind === 'excluded') return 'excluded';
  return isCounted(section) ? String(statementsOf(section, authenticatorCatalogue).length) : 'not counted';
}

/** More ids than this are abbreviated: the catalogue lists them all. */
const maxIds = 4;

function statementTable(section: StepSection | RowSection): string {
  const rows = statementsOf(section, authenticatorCatalogue).map(({ number, name, requirements, reason }) => [
    name === undefined ? `step ${number}` : `${number}: \`${name}\``,
    reason ?? formatIds(requirements),
  ]);
  const { document, section: at, title, source } = section;
  const unit = section.kind === 'rows' ? `Rows: ${section.rowsAre}, from ${source}.` : `Count: ${source}.`;
  return `### ${document} section ${at}: ${title}\n\n${unit}\n\n${markdownTable(['Statement', 'Requirements, or reason'], rows)}`;
}

function formatIds(ids: readonly string[]): string {
  const shown = ids.slice(0, maxIds).map((id) => `\`${id}\``);
  return ids.length > maxIds ? `${shown.join(', ')} and ${ids.length - maxIds} more` : shown.join(', ');
}
