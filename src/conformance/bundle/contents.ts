/**
 * What a bundle contains beside its manifest. Nothing depends on when or how fast the suite ran: times are measurements, and stay in
 * the report.
 */
import { z } from 'zod';
import { utf8 } from '#base/bytes.ts';
import { caseId } from '../case-result.ts';
import { groupOf } from '../catalogue-entry.ts';
import { expectedFailureSchema } from '../expected-failures.ts';
import { type ConformanceReport, reportSchema } from '../report/report-model.ts';
import type { Files } from './archive.ts';

export const paths = {
  manifest: 'manifest.json',
  result: 'result.json',
  input: 'input.json',
  statement: 'statement.json',
} as const;

/** Everything that is needed to run the same cases again. */
export const inputSchema = z.strictObject({
  suite: z.enum(['authenticator', 'relying-party']),
  /** Only emulated authenticators and the portal of Touchstone can be tested again on any machine. */
  target: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('persona'),
      persona: z.string(),
      defects: z.array(z.string()),
      metadata: z.record(z.string(), z.unknown()).optional(),
    }),
    z.strictObject({ kind: z.literal('portal'), seed: z.string() }),
    z.strictObject({ kind: z.literal('other') }),
  ]),
  /** Ids of the requirements that were selected. */
  requirements: z.array(z.string()),
  /** Known failures, and the day when they were applied. */
  expectedFailures: z.strictObject({ entries: z.array(expectedFailureSchema), today: z.iso.date() }).optional(),
  /** Whether a violated SHOULD counts as a failure. Default: it is an observation. */
  withShould: z.boolean().optional(),
  /** Each case takes its random values from a generator with this seed. */
  seeds: z.literal('case id'),
  versions: z.strictObject({ touchstone: z.string(), node: z.string() }),
});

export type BundleInput = z.infer<typeof inputSchema>;

export const bundledReportSchema = reportSchema
  .omit({ run: true, comparison: true, cases: true })
  .extend({
    cases: z.array(reportSchema.shape.cases.element.omit({ durationMs: true, exchanges: true }).strict()),
  })
  .strict();

/** The master file without times and messages. */
export type BundledReport = z.infer<typeof bundledReportSchema>;

export const transcriptSchema = z.strictObject({
  /** Position in the targets of the report. */
  target: z.int(),
  /** Id of the case. */
  case: z.string(),
  exchanges: z.array(z.strictObject({ request: z.string(), answer: z.string(), waitedForUser: z.boolean() })),
});

/** The messages of one case: one line of a file. */
export type Transcript = z.infer<typeof transcriptSchema>;

export function toBundledReport({
  run: _run,
  comparison: _comparison,
  cases,
  ...rest
}: ConformanceReport): BundledReport {
  return {
    ...rest,
    cases: cases.map(({ durationMs: _durationMs, exchanges: _exchanges, ...one }) => one),
  };
}

export const toTranscripts = ({ cases }: Pick<ConformanceReport, 'cases'>): Transcript[] =>
  cases.flatMap(({ target, exchanges = [], ...one }) =>
    exchanges.length === 0
      ? []
      : [{ target, case: caseId(one), exchanges: exchanges.map(({ durationMs: _durationMs, ...message }) => message) }],
  );

/** Returns the path of the file with the messages of a case: one file for each group. */
const transcriptPath = ({ case: id }: Transcript): string => `transcripts/${groupOf(id)}.jsonl`;

/** Returns JSON as a file, with one member or item per line. */
export const toJsonFile = (value: unknown): Uint8Array => utf8(`${JSON.stringify(value, null, 1)}\n`);

export function transcriptFiles(transcripts: readonly Transcript[]): Files {
  const lines = new Map<string, string[]>();
  for (const transcript of transcripts) {
    const path = transcriptPath(transcript);
    lines.set(path, [...(lines.get(path) ?? []), JSON.stringify(transcript)]);
  }
  return Object.fromEntries([...lines].map(([path, texts]) => [path, utf8(`${texts.join('\n')}\n`)]));
}
