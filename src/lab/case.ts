/** Cases of the lab, their expectations, and their conversion to cases of the report. Pure. */
import type { CaseResult, Expectation, SourceLocation } from '#result/run-result.ts';

/** How the emulated key reaches the guest: through /dev/uhid, or as a USB device over USB/IP. */
export type LabTransport = 'uhid' | 'usbip';

/** A test case that runs in the guest. */
export interface LabCase {
  id: string;
  /** Begins with the name of the program under test, which becomes the client of the report. */
  title: string;
  /** A shell script (`sh -eu`); `$key` is the key's hidraw node. */
  run: string;
  /** Expected exit code. Default: 0. */
  exitCode?: number;
  /** Patterns that the output must match, by the name that the report uses. */
  expectedOutput: Readonly<Record<string, RegExp>>;
  /** Patterns that the output must not match. */
  forbiddenOutput?: Readonly<Record<string, RegExp>>;
  /** Default: 60. */
  timeLimitSeconds?: number;
}

/** Cases that run in one guest, in order: a case may use the results of an earlier one. */
export interface LabJob {
  id: string;
  title: string;
  transport: LabTransport;
  /** The cases start browsers, which need more memory. */
  withBrowser?: true;
  cases: readonly LabCase[];
  /** The file that declares the cases, relative to the project, and its text. */
  source: { file: string; readText(): string };
}

/** The result of a case in the guest. */
export interface CaseOutcome {
  exitCode: number;
  durationMs: number;
  output: string;
}

/** Exit codes of `timeout` when the time limit is exceeded. */
const timeoutExitCodes = [124, 137];

/** Returns id and title of a case in the report. */
export const caseIdentity = (job: LabJob, { id, title }: LabCase): { id: string; title: string } => ({
  id: `lab.${job.id}.${id}`,
  title: `${title} (${job.title})`,
});

/** Converts a case to a case of the report. `outcome` is undefined if the guest ended before the case did. */
export function toCaseResult(job: LabJob, labCase: LabCase, outcome: CaseOutcome | undefined): CaseResult {
  const location = locationOf(job, labCase);
  const expectations = outcome ? checkExpectations(labCase, outcome, location) : [];
  const failure = outcome ? failureOf(labCase, outcome, expectations) : 'The guest ended before this case did.';
  return {
    ...caseIdentity(job, labCase),
    tags: ['lab', job.transport],
    location,
    parties: { client: labCase.title.split(' ')[0] ?? '', transport: job.transport },
    spans: [],
    steps: [],
    expectations,
    wire: [],
    events: [],
    verdict: outcome ? (failure ? 'failed' : 'passed') : 'interrupted',
    durationMs: outcome?.durationMs ?? 0,
    gestureMs: 0,
    machineMs: outcome?.durationMs ?? 0,
    attempts: 1,
    failures: failure ? [{ message: failure, attempt: 1, location }] : [],
    attachments: [],
  };
}

/** Checks all expectations, also after one that is not met. */
export function checkExpectations(labCase: LabCase, outcome: CaseOutcome, location: SourceLocation): Expectation[] {
  const { exitCode: expectedExitCode = 0, expectedOutput, forbiddenOutput = {} } = labCase;
  const { exitCode } = outcome;
  const output = outcome.output.trim();
  const rows: Expectation[] = [
    { path: 'exit code', expected: expectedExitCode, actual: exitCode, ok: exitCode === expectedExitCode, location },
  ];
  for (const [path, pattern] of Object.entries(expectedOutput)) {
    const found = pattern.exec(output)?.[0];
    rows.push({ path, expected: String(pattern), actual: found ?? excerpt(output), ok: found !== undefined, location });
  }
  for (const [path, pattern] of Object.entries(forbiddenOutput)) {
    const found = pattern.exec(output)?.[0];
    rows.push({ path, expected: `not ${pattern}`, actual: found ?? 'not found', ok: found === undefined, location });
  }
  return rows;
}

function failureOf({ timeLimitSeconds = 60 }: LabCase, { exitCode, output }: CaseOutcome, all: Expectation[]) {
  const unmet = all.filter(({ ok }) => !ok);
  if (unmet.length === 0) return undefined;
  const timeout = timeoutExitCodes.includes(exitCode) ? [`The case did not end within ${timeLimitSeconds} s.`] : [];
  const rows = unmet.map(({ path, expected, actual }) => `${path}: expected ${expected}, got ${actual}`);
  return [...timeout, ...rows, 'Output:', excerpt(output)].join('\n');
}

const maxExcerptLength = 600;

/** Returns the end of a long text, because programs print the reason of a failure last. */
const excerpt = (text: string): string => {
  const trimmed = text.trim();
  return trimmed.length > maxExcerptLength ? `…${trimmed.slice(-maxExcerptLength)}` : trimmed || '(nothing)';
};

/** Returns the location of the case's id in its source file. */
function locationOf({ source }: LabJob, { id }: LabCase): SourceLocation {
  const line = source
    .readText()
    .split('\n')
    .findIndex((text) => text.includes(`id: '${id}'`));
  return { file: source.file, line: line + 1 || 1, column: 1 };
}
