/**
 * The master file of a conformance run, `result.json`: what was tested, every requirement that was selected, and the result of every
 * case with its messages. All other reports are rendered from it. Versioned: readers refuse an unknown version.
 */
import { z } from 'zod';
import { type Verdict, verdicts } from '../verdict.ts';

export const reportFormat = 'touchstone-conformance';
/** Increased by every change that an older reader would misunderstand. */
export const reportVersion = 1;

const verdict = z.enum(Object.keys(verdicts) as [Verdict, ...Verdict[]]);

const run = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  /** Command line after `touchstone`. */
  command: z.string(),
  touchstone: z.string(),
  node: z.string(),
  platform: z.string(),
});

const target = z.object({
  name: z.string(),
  version: z.string().optional(),
  /** Where it is: a file of the project, or the address of a server. */
  uri: z.string().optional(),
  /** What identifies a key or server, for people: name and value. */
  identity: z.array(z.object({ name: z.string(), value: z.string() })),
});

const requirement = z.object({
  id: z.string(),
  title: z.string(),
  group: z.string(),
  document: z.string(),
  section: z.string(),
  level: z.enum(['MUST', 'SHOULD']),
  since: z.string(),
  provenBy: z.array(z.string()),
  /** For relying parties: `refuse`, `accept`, or the reason why both are correct. */
  expected: z.string().optional(),
  /** For relying parties: what it means when the rule is not enforced. */
  severity: z.string().optional(),
  weakness: z.string().optional(),
  fix: z.string().optional(),
});

const exchange = z.object({
  request: z.string(),
  answer: z.string(),
  waitedForUser: z.boolean(),
  durationMs: z.number(),
});

const reportCase = z.object({
  /** Position in `targets`. */
  target: z.int().nonnegative(),
  id: z.string(),
  variant: z.string().optional(),
  verdict,
  message: z.string(),
  evidence: z.array(z.object({ name: z.string(), text: z.string() })),
  exchanges: z.array(exchange).optional(),
  durationMs: z.number().optional(),
  /** For relying parties: the severity of an invalid response that was accepted, `wrongly-refused`, or `crashed`. */
  mistake: z.string().optional(),
});

const profile = z.object({ id: z.string(), title: z.string(), verdict: z.enum(['passed', 'failed', 'not-tested']) });

const change = z.object({
  id: z.string(),
  target: z.string(),
  /** Absent if the earlier report does not have the case. */
  before: verdict.optional(),
  /** Absent if only the earlier report has the case. */
  after: verdict.optional(),
  message: z.string(),
});

const comparison = z.object({
  /** The earlier run. */
  run: z.object({ id: z.string(), startedAt: z.string(), touchstone: z.string() }),
  targets: z.array(z.string()),
  sameCatalogue: z.boolean(),
  changes: z.array(change),
});

export const reportSchema = z.object({
  format: z.literal(reportFormat),
  version: z.literal(reportVersion),
  suite: z.enum(['authenticator', 'relying-party']),
  verdict: z.enum(['passed', 'failed', 'not-tested']),
  run,
  /** Of the whole catalogue, also if a part was selected. */
  catalogue: z.object({ sha256: z.string(), requirements: z.int(), cases: z.int() }),
  targets: z.array(target).min(1),
  groups: z.array(z.object({ id: z.string(), title: z.string() })),
  requirements: z.array(requirement),
  profiles: z.array(profile),
  cases: z.array(reportCase),
  comparison: comparison.optional(),
});

export type ConformanceReport = z.infer<typeof reportSchema>;
export type SuiteName = ConformanceReport['suite'];
export type ReportTarget = z.infer<typeof target>;
export type ReportRequirement = z.infer<typeof requirement>;
export type ReportCase = z.infer<typeof reportCase>;
export type ReportChange = z.infer<typeof change>;
export type Comparison = z.infer<typeof comparison>;

/** Returns the JSON Schema of the master file, draft 2020-12. */
export const reportJsonSchema = (): unknown => ({
  title: 'Report of a conformance run of Touchstone',
  ...z.toJSONSchema(reportSchema),
});
