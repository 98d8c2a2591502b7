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
  /** Why it could not be looked at. The line neither holds nor fails then: `ok` is false, and the case is not judged by it. */
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
  /** Which attempt failed, from 1; absent for failures outside any case. */
  attempt?: number;
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

/**
 * What is known of a case before it runs. The host registers the test with an annotation of type `caseRecordAttachment`
 * whose description is this as JSON, so that a case that never ran (skipped, interrupted, worker crash) keeps its id and place.
 */
export type CaseIdentity = Pick<CaseRecord, 'id' | 'title' | 'tags' | 'location' | 'parties'>;

/**
 * A case's secrets as a JSON array of strings, handed to the reporter as an attachment of that name. It is never written
 * to a file; what it lists is masked in everything that is.
 */
export const secretsAttachment = 'touchstone-secrets';

/** An error whose name or message starts with this says that the machine, browser or device is to blame: `errored`. */
export const infrastructureErrorName = 'InfrastructureError';

/** An error whose name or message starts with this was a refusal to do something to a real key: `errored`, and bad usage of the run. */
export const refusedErrorName = 'RefusedError';

export interface CaseResult extends CaseRecord {
  verdict: Verdict;
  durationMs: number;
  /** Time in gesture phases and the rest, in milliseconds, of the ceremony alone (from first to last span). */
  gestureMs: number;
  machineMs: number;
  attempts: number;
  failures: Failure[];
  attachments: Attachment[];
  /** Why it was skipped, and what else the test was annotated with. */
  notes?: string[];
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
    /** Where the run's folder is, relative to the project, for formats whose links are not relative to their own file. */
    folder?: string;
  };
  totals: Record<Verdict, number>;
  verdict: Verdict;
  /** What went wrong outside any case: configuration, collection, a crashed worker. */
  errors?: Failure[];
  cases: CaseResult[];
}
