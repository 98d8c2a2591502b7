/** The formats of a conformance report, and writing all of them into the folder of a run. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '#report/write-atomically.ts';
import { renderHtml } from './html/html.ts';
import { renderJunit } from './junit.ts';
import type { ConformanceReport } from './report-model.ts';
import { renderSarif } from './sarif.ts';

/** Every format, and the name of its file in the folder of the run. */
const reportFiles = {
  json: 'result.json',
  html: 'index.html',
  junit: 'junit.xml',
  sarif: 'results.sarif',
} as const;

type ReportFormat = keyof typeof reportFiles;

type Renderer = (report: ConformanceReport) => string | AsyncGenerator<string>;

const renderers: Record<ReportFormat, Renderer> = {
  json: renderJson,
  html: renderHtml,
  junit: renderJunit,
  sarif: renderSarif,
};

/** Returns the master file: JSON with one case per line, so that it can be compared line by line. */
export function renderJson({ cases, ...rest }: ConformanceReport): string {
  const head = JSON.stringify(rest, null, 1).slice(0, -2);
  return `${head},\n "cases": [\n${cases.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n ]\n}\n`;
}

export interface WriteOutcome {
  /** Paths of the files that were written. */
  written: Partial<Record<ReportFormat, string>>;
  /** Formats that could not be rendered or written. */
  failed: { format: ReportFormat; error: unknown }[];
}

/** Writes every format, the master file first. A format that fails does not stop the others; each file is complete or absent. */
export async function writeReports(report: ConformanceReport, folder: string): Promise<WriteOutcome> {
  const outcome: WriteOutcome = { written: {}, failed: [] };
  await mkdir(folder, { recursive: true });
  for (const format of Object.keys(reportFiles) as ReportFormat[]) {
    const path = join(folder, reportFiles[format]);
    try {
      await writeAtomically(path, renderers[format](report));
      outcome.written[format] = path;
    } catch (error) {
      outcome.failed.push({ format, error });
    }
  }
  return outcome;
}
