/** The result of one executed case: a requirement in one variant. */
import type { Verdict } from './verdict.ts';

/** A message, value or file that shows what happened. */
export interface Evidence {
  /** What it is, e.g. `request` or `answer`. */
  name: string;
  /** Readable text. */
  text: string;
}

/** One command of a case and its answer. */
export interface CommandExchange {
  /** Hex: the command byte and its parameters. */
  request: string;
  /** Hex: the status byte and the members; empty if there was no answer. */
  answer: string;
  /** Whether the authenticator reported that it waits for the user. */
  waitedForUser: boolean;
  /** Milliseconds from the request to the answer, gestures included. */
  durationMs: number;
}

/** The result of a case: a requirement in one variant. */
export interface CaseResult {
  /** The id of the requirement. */
  id: string;
  /** What differs between the cases of one requirement, e.g. `pin2`; undefined if it has only one case. */
  variant?: string | undefined;
  verdict: Verdict;
  /** What was found and what was expected, or why the requirement is not applicable; empty for a plain pass. */
  message: string;
  evidence: readonly Evidence[];
  /** Every command that the case sent to an authenticator, in order; undefined if it sent none. */
  exchanges?: readonly CommandExchange[] | undefined;
  /** Milliseconds of the case. */
  durationMs?: number | undefined;
}

/** Returns the id of a case: the id of its requirement, then `@` and the variant. */
export const caseId = ({ id, variant }: Pick<CaseResult, 'id' | 'variant'>): string =>
  variant === undefined ? id : `${id}@${variant}`;
