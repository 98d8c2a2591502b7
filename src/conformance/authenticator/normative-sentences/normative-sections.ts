/** The table of normative statements: every section of the specifications that the catalogue covers, and those that it excludes. */
import { algorithms } from './algorithms.ts';
import { excludedSections, metadataSections, uncountedSections } from './prose.ts';
import type { NormativeSection } from './section.ts';
import { statusCodes } from './status-codes.ts';
import { tables } from './tables.ts';

/** In the order of document and section. */
export const normativeSections: readonly NormativeSection[] = [
  ...algorithms,
  ...tables,
  statusCodes,
  ...uncountedSections,
  ...metadataSections,
  ...excludedSections,
].toSorted(
  (one, other) =>
    one.document.localeCompare(other.document) || one.section.localeCompare(other.section, 'en', { numeric: true }),
);
