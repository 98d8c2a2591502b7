/** Creates the bundle of a conformance run. The same results have the same bytes. */
import type { ConformanceReport } from '../report/report-model.ts';
import { createArchive, type Files } from './archive.ts';
import {
  type BundleInput,
  bundledReportSchema,
  inputSchema,
  paths,
  toBundledReport,
  toJsonFile,
  toTranscripts,
  transcriptFiles,
} from './contents.ts';
import { createManifest } from './manifest.ts';
import { createStatement } from './statement.ts';

export const createBundle = (report: ConformanceReport, input: BundleInput): Uint8Array =>
  createArchive(bundleFiles(report, input));

/** Returns the files of the bundle, the manifest included. */
export function bundleFiles(report: ConformanceReport, given: BundleInput): Files {
  // The schemas put members into their order, so that a file has the same hash after it was read.
  const input = inputSchema.parse(given);
  const bundled = bundledReportSchema.parse(toBundledReport(report));
  const transcripts = toTranscripts(report);
  const files: Files = {
    [paths.result]: toJsonFile(bundled),
    [paths.input]: toJsonFile(input),
    [paths.statement]: toJsonFile(createStatement(bundled, input)),
    ...transcriptFiles(transcripts),
  };
  return { ...files, [paths.manifest]: toJsonFile(createManifest(files, bundled, transcripts)) };
}
