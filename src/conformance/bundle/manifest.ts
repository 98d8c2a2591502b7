/** The manifest of a bundle: every other file with its size and hash, and how many cases and messages there are. */
import { z } from 'zod';
import { toHex } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { countVerdicts, type Verdict, verdicts } from '../verdict.ts';
import type { Files } from './archive.ts';
import type { BundledReport, Transcript } from './contents.ts';

/** Increased by every change that an older reader would misunderstand. */
const bundleVersion = 1;

const counts = z.strictObject({
  requirements: z.int(),
  cases: z.int(),
  exchanges: z.int(),
  ...(Object.fromEntries(Object.keys(verdicts).map((name) => [name, z.int()])) as Record<Verdict, z.ZodInt>),
});

export const manifestSchema = z.strictObject({
  format: z.literal('touchstone-conformance-bundle'),
  version: z.literal(bundleVersion),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  counts,
});

export type Manifest = z.infer<typeof manifestSchema>;

export const createManifest = (files: Files, report: BundledReport, transcripts: readonly Transcript[]): Manifest => ({
  format: 'touchstone-conformance-bundle',
  version: bundleVersion,
  files: Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: hashOf(bytes) })),
  counts: countContents(report, transcripts),
});

export const hashOf = (bytes: Uint8Array): string => toHex(sha256(bytes));

/** Returns the counts of what the files contain. */
export const countContents = (
  { requirements, cases }: BundledReport,
  transcripts: readonly Transcript[],
): Manifest['counts'] => ({
  requirements: requirements.length,
  cases: cases.length,
  exchanges: transcripts.reduce((sum, { exchanges }) => sum + exchanges.length, 0),
  ...countVerdicts(cases.map(({ verdict }) => verdict)),
});
