/**
 * A deliberate defect of an authenticator: what is wrong, which requirement that violates, who must detect it, and the
 * change that causes it.
 */
import type { FaultChanges } from '../fault-hooks.ts';

/**
 * Who must detect a defect: the relying party that verifies responses, the client that reads responses and prompts the user, or a
 * conformance suite that tests the authenticator.
 */
export type DetectingParty = 'relying-party' | 'client' | 'suite';

/** One row of the catalogue. Exactly one member of `FaultChanges` is set. */
export interface Defect extends FaultChanges {
  /** What is wrong, as a sentence without a full stop. */
  title: string;
  /** The violated requirement, by specification and section. */
  breaks: string;
  detectedBy: DetectingParty;
}

/** Returns the rows, each with `party` as the party that must detect it. */
export function defectsDetectedBy<Id extends string>(
  party: DetectingParty,
  rows: Record<Id, Omit<Defect, 'detectedBy'>>,
): Record<Id, Defect> {
  const entries = Object.entries<Omit<Defect, 'detectedBy'>>(rows).map(([id, row]) => [
    id,
    { ...row, detectedBy: party },
  ]);
  return Object.fromEntries(entries) as Record<Id, Defect>;
}
