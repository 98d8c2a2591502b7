/** A deliberate defect: what is wrong, the requirement it breaks, whom it puts on trial, and the change that makes it so. */
import type { Change } from '../fault-hooks.ts';

/**
 * Who has to notice: the relying party that verifies, the client that reads answers and asks the user, or a conformance
 * suite that tries an authenticator.
 */
export type PartyOnTrial = 'relying-party' | 'client' | 'suite';

/** One row of the catalogue: what is wrong, and the one change that makes it so. */
export interface Defect extends Change {
  title: string;
  /** The requirement, by specification and section. */
  breaks: string;
  tries: PartyOnTrial;
}

/** Rows that put one party on trial. */
export function trying<Id extends string>(
  tries: PartyOnTrial,
  rows: Record<Id, Omit<Defect, 'tries'>>,
): Record<Id, Defect> {
  const entries = Object.entries<Omit<Defect, 'tries'>>(rows).map(([id, row]) => [id, { ...row, tries }]);
  return Object.fromEntries(entries) as Record<Id, Defect>;
}
