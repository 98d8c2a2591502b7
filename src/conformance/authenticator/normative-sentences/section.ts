/**
 * The table from the text of the specifications to requirements. A statement of the text is referred to by document, section and
 * number: the number of a step, or the row of a table. The text itself is not copied.
 */
import type { Requirement } from '../requirement.ts';

/** Ids of requirements, or the beginnings of ids up to a dot; or the reason why no requirement covers the statement. */
export type Coverage = readonly string[] | { reason: string };

interface SectionIdentity {
  /** Name and version, e.g. `CTAP 2.1`. */
  document: string;
  section: string;
  title: string;
}

/** A section whose statements are numbered steps: those that a requirement cites are covered. */
export interface StepSection extends SectionIdentity {
  kind: 'steps';
  /** The number of the last step. */
  steps: number;
  /** Where the number of steps is known from. */
  source: string;
  /** The steps that no requirement cites by their number. */
  uncited: Readonly<Record<number, Coverage>>;
}

/** A section with a table, e.g. of members, subcommands or codes. */
export interface RowSection extends SectionIdentity {
  kind: 'rows';
  /** What the rows are, e.g. `members of the request`. */
  rowsAre: string;
  source: string;
  /** The rows in the order of the table. */
  rows: readonly string[];
  coverage: Readonly<Record<string, Coverage>>;
}

/** A section whose sentences cannot be counted, because no dependable copy of its text is available. */
export interface UncountedSection extends SectionIdentity {
  kind: 'uncounted';
  reason: string;
}

/** A section that the catalogue does not cover. */
export interface ExcludedSection extends SectionIdentity {
  kind: 'excluded';
  reason: string;
}

export type NormativeSection = StepSection | RowSection | UncountedSection | ExcludedSection;

/** One statement of the text and what covers it. */
export interface Statement {
  /** The number of the step or row, from 1. */
  number: number;
  /** The name of the row; undefined for steps. */
  name: string | undefined;
  /** Ids of requirements. */
  requirements: readonly string[];
  /** Why there is none; undefined if there is. */
  reason: string | undefined;
}

/** Whether a selector is the id, or its beginning up to a dot. */
const selects = (selector: string, id: string): boolean => id === selector || id.startsWith(`${selector}.`);

/** Returns the ids of the requirements that cite the section, with or without a step. */
export const citing = (
  { document, section }: SectionIdentity,
  catalogue: readonly Requirement[],
  step?: number,
): string[] => {
  const cited = step === undefined ? section : `${section} step ${step}`;
  return catalogue
    .filter(({ specification: source }) => {
      if (source.document !== document) return false;
      const rest = source.section.startsWith(cited) ? source.section.slice(cited.length) : undefined;
      return rest === '' || (step === undefined ? rest?.startsWith(' step ') : rest?.startsWith('.')) === true;
    })
    .map(({ id }) => id);
};

/** Returns the statements of a section in their order; empty if its sentences are not counted. */
export function statementsOf(section: NormativeSection, catalogue: readonly Requirement[]): Statement[] {
  if (section.kind === 'steps')
    return Array.from({ length: section.steps }, (_, index) => {
      const number = index + 1;
      const cited = citing(section, catalogue, number);
      return { number, name: undefined, ...resolve(section.uncited[number] ?? [], catalogue, cited) };
    });
  if (section.kind === 'rows')
    return section.rows.map((name, index) => ({
      number: index + 1,
      name,
      ...resolve(section.coverage[name] ?? [], catalogue, []),
    }));
  return [];
}

function resolve(coverage: Coverage, catalogue: readonly Requirement[], cited: readonly string[]) {
  if ('reason' in coverage) return { requirements: [], reason: coverage.reason };
  const ids = catalogue.map(({ id }) => id).filter((id) => coverage.some((selector) => selects(selector, id)));
  return { requirements: [...new Set([...cited, ...ids])], reason: undefined };
}

/** Returns what is missing or contradictory in the table, as sentences; empty if nothing is. */
export function findGaps(sections: readonly NormativeSection[], catalogue: readonly Requirement[]): string[] {
  return [...sections.flatMap((section) => gapsOf(section, catalogue)), ...unlistedSections(sections, catalogue)];
}

const nameOf = ({ document, section }: Pick<SectionIdentity, 'document' | 'section'>): string =>
  `${document} section ${section}`;

function gapsOf(section: NormativeSection, catalogue: readonly Requirement[]): string[] {
  const name = nameOf(section);
  const cited = citing(section, catalogue);
  if (section.kind === 'excluded') return cited.map((id) => `${name} is excluded, but ${id} cites it`);
  if (section.kind === 'uncounted')
    return cited.length === 0 ? [`${name} is in the table, but no requirement cites it`] : [];
  const open = statementsOf(section, catalogue).filter(
    ({ requirements, reason }) => requirements.length === 0 && !reason,
  );
  return [
    ...open.map(({ number, name: row }) => `${name}, ${row ?? `step ${number}`}: neither a requirement nor a reason`),
    ...strayEntries(section, catalogue).map((entry) => `${name}: ${entry}`),
  ];
}

/** Entries that name a row, a step or a requirement that does not exist, or a step that a requirement cites although the entry gives a reason. */
function strayEntries(section: StepSection | RowSection, catalogue: readonly Requirement[]): string[] {
  const entries = Object.entries<Coverage>(section.kind === 'steps' ? section.uncited : section.coverage);
  return entries.flatMap(([key, coverage]) => {
    const exists = section.kind === 'steps' ? Number(key) <= section.steps : section.rows.includes(key);
    if (!exists) return [`${key} does not exist`];
    if ('reason' in coverage) {
      const cited = section.kind === 'steps' ? citing(section, catalogue, Number(key)) : [];
      return cited.map((id) => `${key} has a reason, but ${id} cites it`);
    }
    return coverage
      .filter((selector) => !catalogue.some(({ id }) => selects(selector, id)))
      .map((selector) => `${key} names ${selector}, which selects no requirement`);
  });
}

/** Requirements that cite a section which the table does not contain. */
function unlistedSections(sections: readonly NormativeSection[], catalogue: readonly Requirement[]): string[] {
  const listed = new Set(sections.flatMap((section) => citing(section, catalogue)));
  return catalogue
    .filter(({ id }) => !listed.has(id))
    .map(({ id, specification }) => `${nameOf(specification)} is not in the table, but ${id} cites it`);
}
