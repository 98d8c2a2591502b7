/** What a case of the lab is, and how its outcome becomes a case of the report. Pure. */
import type { CaseResult, Expectation, SourceLocation } from '#result/run-result.ts';

/** How the emulated key reaches the guest: through /dev/uhid, or as a USB device over USB/IP. */
export type Carrier = 'uhid' | 'usbip';

/** One thing tried in the guest. */
export interface LabCase {
  id: string;
  title: string;
  /** A shell script (`sh -eu`); `$key` is the key's hidraw node. */
  run: string;
  /** Its exit code; 0 without. */
  exitCode?: number;
  /** What its output must match, each with a name for the report. */
  shows: Readonly<Record<string, RegExp>>;
  /** What its output must not match. */
  hides?: Readonly<Record<string, RegExp>>;
  /** 60 without. */
  timeLimitSeconds?: number;
}

/** Cases that share one guest, in their order: a later one may use what an earlier one made. */
export interface LabJob {
  id: string;
  title: string;
  carrier: Carrier;
  /** Its cases start browsers, which want more memory. */
  withBrowser?: true;
  cases: readonly LabCase[];
  /** File that declares the cases, relative to the project; and its text. */
  source: { file: string; text: string };
}

/** What came of a case in the guest. */
export interface CaseOutcome {
  exitCode: number;
  durationMs: number;
  output: string;
}

/** `timeout` says so. */
const timedOut = [124, 137];

/** Id and title of a case in the report. */
export const nameOf = (job: LabJob, { id, title }: LabCase): { id: string; title: string } => ({
  id: `lab.${job.id}.${id}`,
  title: `${title} (${job.title})`,
});

/** The case in the words of the report. Without `outcome` the guest ended before it. */
export function resultOf(job: LabJob, labCase: LabCase, outcome: CaseOutcome | undefined): CaseResult {
  const location = placeOf(job, labCase);
  const expectations = outcome ? judge(labCase, outcome, location) : [];
  const failure = outcome ? failureOf(labCase, outcome, expectations) : 'The guest ended before this case did.';
  return {
    ...nameOf(job, labCase),
    tags: ['lab', job.carrier],
    location,
    parties: { client: labCase.title.split(' ')[0] ?? '', transport: job.carrier },
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

/** Every expectation, also after one that does not hold. */
export function judge(labCase: LabCase, outcome: CaseOutcome, location: SourceLocation): Expectation[] {
  const { exitCode: wanted = 0, shows, hides = {} } = labCase;
  const { exitCode } = outcome;
  const output = outcome.output.trim();
  const rows: Expectation[] = [
    { path: 'exit code', expected: wanted, actual: exitCode, ok: exitCode === wanted, location },
  ];
  for (const [path, pattern] of Object.entries(shows)) {
    const found = pattern.exec(output)?.[0];
    rows.push({ path, expected: String(pattern), actual: found ?? excerpt(output), ok: found !== undefined, location });
  }
  for (const [path, pattern] of Object.entries(hides)) {
    const found = pattern.exec(output)?.[0];
    rows.push({ path, expected: `not ${pattern}`, actual: found ?? 'not there', ok: found === undefined, location });
  }
  return rows;
}

function failureOf({ timeLimitSeconds = 60 }: LabCase, { exitCode, output }: CaseOutcome, all: Expectation[]) {
  const broken = all.filter(({ ok }) => !ok);
  if (broken.length === 0) return undefined;
  const ended = timedOut.includes(exitCode) ? [`It did not end within ${timeLimitSeconds} s.`] : [];
  const rows = broken.map(({ path, expected, actual }) => `${path}: expected ${expected}, found ${actual}`);
  return [...ended, ...rows, 'Its output:', excerpt(output)].join('\n');
}

const longestExcerpt = 600;

/** The end of a long text, where programs say why they gave up. */
const excerpt = (text: string): string => {
  const trimmed = text.trim();
  return trimmed.length > longestExcerpt ? `…${trimmed.slice(-longestExcerpt)}` : trimmed || '(nothing)';
};

/** The line on which the case's id stands in its source. */
function placeOf({ source }: LabJob, { id }: LabCase): SourceLocation {
  const line = source.text.split('\n').findIndex((text) => text.includes(`id: '${id}'`));
  return { file: source.file, line: line + 1 || 1, column: 1 };
}
