/** What every requirement of a conformance catalogue states about itself. */

/** A sentence with MUST, SHALL or REQUIRED; or with SHOULD or RECOMMENDED. */
type RequirementLevel = 'MUST' | 'SHOULD';

/** The source of a requirement. */
export interface SpecificationReference {
  /** Name and version, e.g. `CTAP 2.1`. */
  document: string;
  /** Number of the section, with the step if it has one, e.g. `6.1.2 step 3`. */
  section: string;
}

/** A requirement as a catalogue states it. */
export interface CatalogueEntry {
  /** Group, subject and condition, e.g. `makecred.client-data-hash.missing`. An id never changes its meaning. */
  id: string;
  /** The requirement in one sentence, without a full stop. */
  title: string;
  specification: SpecificationReference;
  level: RequirementLevel;
  /** Version of the catalogue that added the requirement, e.g. `1.0`. */
  since: string;
  /** The defects that make the requirement fail, each by itself. A requirement without such a defect does not count. */
  provenBy: readonly string[];
}

/** Returns the reference as text, e.g. `CTAP 2.1 section 6.1.2 step 3`. */
export const formatReference = ({ document, section }: SpecificationReference): string =>
  `${document} section ${section}`;

/** Returns the first part of an id, e.g. `makecred`. */
export const groupOf = (id: string): string => id.split('.', 1)[0] ?? id;
