/** What a profile of relying parties states: its demands, each with its source and the cases that test it. */
import type { SpecificationReference } from '../../catalogue-entry.ts';
import type { ProfileVersion } from '../../profile.ts';
import type { Capability } from '../support.ts';

export interface Demand {
  /** What the relying party has or does, as a sentence without a full stop. */
  text: string;
  /** The section that demands it. */
  source: SpecificationReference;
  /** The section whose text the cases follow, if the text of the source could not be read. */
  basis?: SpecificationReference;
  /** A relying party that lacks one of them fails the profile. */
  capabilities: readonly Capability[];
  /** All of it is optional for the relying party; the parts that it has are tested. */
  isOptional?: true;
  /** Groups, subjects or cases, or the reason why there is none. */
  cases: readonly string[] | string;
}

export interface RelyingPartyProfile extends ProfileVersion {
  demands: readonly Demand[];
  /** Groups that the profile does not contain, with the reason. */
  notDemanded: Readonly<Record<string, string>>;
}

/** Returns the demand as text, with a note if its wording could not be checked. */
export const formatDemand = ({ text, basis, isOptional }: Demand): string =>
  [text, isOptional && 'optional', basis && 'wording of the source not checked'].filter(Boolean).join('; ');
