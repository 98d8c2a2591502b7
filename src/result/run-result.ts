/**
 * The result of a run, the format of `result.json`. All other report formats are created from it.
 * Cases have stable ids, so the results of shards and runs can be merged and compared.
 */
import type { Budget, BudgetResult, Measurement } from './budget.ts';
import type { SourceLocation } from './source-location.ts';
import type { Span } from './timeline.ts';
import type { PartyEvent, WireExchange } from './transcript.ts';

/**
 * `errored`: a browser, device or machine is missing or failed, so there is no result about the party under test.
 * `waived`: the case failed as the file of expected failures says; a run as a whole never has this verdict.
 */
export const verdicts = ['passed', 'failed', 'errored', 'flaky', 'skipped', 'interrupted', 'waived'] as const;
export type Verdict = (typeof verdicts)[number];

export type { SourceLocation };

/** The result of one entry of an `expect` block. All entries are evaluated, also after a failed one. */
export interface Expectation {
  /** Dotted path of the entry in the block, e.g. `relying-party.passkey.fmt`. */
  path: string;
  expected: unknown;
  actual: unknown;
  ok: boolean;
  /** Why the entry could not be evaluated. `ok` is then false, but does not affect the verdict of the case. */
  skipped?: string;
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
  /** Number of the failed attempt, from 1; absent for failures outside cases. */
  attempt?: number;
  /** Position in the YAML file, and the source lines around it. */
  location?: SourceLocation;
  codeFrame?: string;
  stack?: string;
}

/** A file of the report. `path` is relative to the folder of the run. */
export interface Attachment {
  name: string;
  contentType: string;
  path: string;
}

/** Name of the attachment that passes the case record of a test to the reporter. */
export const caseRecordAttachment = 'touchstone-case';

/** What a test records about its case. */
export interface CaseRecord {
  id: string;
  title: string;
  tags: string[];
  location: SourceLocation;
  /** Matrix values and parties, for grouping: browser, persona, dialog, policy, ... */
  parties: Record<string, string>;
  spans: Span[];
  steps: StepResult[];
  expectations: Expectation[];
  wire: WireExchange[];
  events: PartyEvent[];
  /** Present for a repetition of a case that is measured. */
  measurement?: Measurement;
  /** Present for a case with budgets. */
  budgets?: Budget[];
}

/**
 * What is known about a case before it runs. Each test has an annotation of type `caseRecordAttachment` with this object as
 * JSON in its description, so that a case that did not run (skipped, interrupted, worker crash) keeps its id and location.
 */
export type CaseIdentity = Pick<
  CaseRecord,
  'id' | 'title' | 'tags' | 'location' | 'parties' | 'measurement' | 'budgets'
>;

/**
 * Name of the attachment that passes the secrets of a test to the reporter, as a JSON array of strings. The reporter does
 * not write this attachment to a file, and masks the secrets in every file that it writes.
 */
export const secretsAttachment = 'touchstone-secrets';

/** Prefix of the name or message of an error caused by the machine, browser or device. The verdict is `errored`. */
export const infrastructureErrorName = 'InfrastructureError';

/** Prefix of the name or message of a refusal to change a real key. The verdict is `errored`, and the run exits with the code for wrong usage. */
export const refusedErrorName = 'RefusedError';

export interface CaseResult extends CaseRecord {
  verdict: Verdict;
  durationMs: number;
  /** Gesture time and machine time of the ceremony (from first to last span), in milliseconds. */
  gestureMs: number;
  machineMs: number;
  attempts: number;
  failures: Failure[];
  attachments: Attachment[];
  /** The reason of a skip, and other annotations of the test. */
  notes?: string[];
}

export const resultSchema = 'touchstone.result/1';
export interface RunResult {
  schema: typeof resultSchema;
  run: {
    id: string;
    startedAt: string;
    durationMs: number;
    /** Arguments of `touchstone`, with secrets masked. */
    command: string;
    seed?: string;
    touchstone: string;
    node: string;
    platform: string;
    /** System, processor and number of cores. Times of different machines are not compared. */
    machine?: string;
    browser?: string;
    /** Release of the product under test, for the history. */
    release?: string;
    /** Run of the CI pipeline, e.g. `GITHUB_RUN_ID 8012345678`; all shards of a run have the same. */
    pipeline?: string;
    /** Present for a part of a run; `selection` has the ids of all cases of the whole run, in order. */
    shard?: { index: number; total: number; selection: string[] };
    /** Path of the project in its git repository, e.g. `packages/web`; absent if it is the repository itself. */
    repositoryFolder?: string;
    /** Path of the run's folder, relative to the project, for formats whose links are not relative to their own file. */
    folder?: string;
  };
  totals: Record<Verdict, number>;
  verdict: Verdict;
  /** Number of cases that have no result, because the run was killed before; absent for a run that has ended. */
  missingCases?: number;
  /** Budgets of the cases, and whether they were kept. */
  budgets?: BudgetResult[];
  /** Failures outside cases: configuration, collection, a crashed worker. */
  errors?: Failure[];
  cases: CaseResult[];
}
