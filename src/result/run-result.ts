/**
 * The master result file `result.json` of a run; every other report format is a pure function of it.
 * Cases are keyed by their stable id, so shards and runs can be merged and compared.
 */
import type { Span } from './timeline.ts';
import type { PartyEvent, WireExchange } from './transcript.ts';

/** `errored`: browser, device or machine missing or broken, so nothing was learned about the party on trial. */
export const verdicts = ['passed', 'failed', 'errored', 'flaky', 'skipped', 'interrupted'] as const;
export type Verdict = (typeof verdicts)[number];

/** A place in a scenario file; line and column count from 1, the file is relative to the project. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** One evaluated line of an `expect` block. All are evaluated, also after one failed. */
export interface Expectation {
  /** Dotted path in the block, e.g. `relying-party.passkey.fmt`. */
  path: string;
  expected: unknown;
  actual: unknown;
  ok: boolean;
  location: SourceLocation;
}

export interface StepResult {
  title: string;
  verdict: 'passed' | 'failed' | 'skipped';
  startMs: number;
  durationMs: number;
  location: SourceLocation;
}

export interface Failure {
  message: string;
  /** Where in the YAML file it happened, with the frame of source lines around it. */
  location?: SourceLocation;
  codeFrame?: string;
  stack?: string;
}

/** A file beside the report; `path` is relative to the run's folder. */
export interface Attachment {
  name: string;
  contentType: string;
  path: string;
}

/** The parts of a case that the scenario host knows and hands to the reporter as an attachment of that name. */
export const caseRecordAttachment = 'touchstone-case';
export interface CaseRecord {
  id: string;
  title: string;
  tags: string[];
  location: SourceLocation;
  /** Matrix coordinates and the parties, for grouping: browser, persona, dialog, policy, ... */
  parties: Record<string, string>;
  spans: Span[];
  steps: StepResult[];
  expectations: Expectation[];
  wire: WireExchange[];
  events: PartyEvent[];
}

export interface CaseResult extends CaseRecord {
  verdict: Verdict;
  durationMs: number;
  /** Time in gesture phases and the rest, in milliseconds, of the ceremony alone (from first to last span). */
  gestureMs: number;
  machineMs: number;
  attempts: number;
  failures: Failure[];
  attachments: Attachment[];
}

export const resultSchema = 'touchstone.result/1';
export interface RunResult {
  schema: typeof resultSchema;
  run: {
    id: string;
    startedAt: string;
    durationMs: number;
    /** Command line after `touchstone`, secrets masked. */
    command: string;
    seed?: string;
    touchstone: string;
    node: string;
    platform: string;
    browser?: string;
  };
  totals: Record<Verdict, number>;
  verdict: Verdict;
  cases: CaseResult[];
}
