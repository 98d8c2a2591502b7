/** The data inside the HTML report: the index, and the messages of the cases in chunks, each compressed by itself. */
import { encodeColumn } from '#report/html/columns.ts';
import { compress } from '#report/html/embedded-data.ts';
import { chunkId } from '#report/html/read-embedded-data.ts';
import type { ConformanceReport } from '../report-model.ts';
import { toPageIndex } from './page-index.ts';
import { casesPerChunk, type EmbeddedIndex } from './read-embedded-report.ts';

export function* embedReport(report: ConformanceReport, indexId: string): Generator<[id: string, text: string]> {
  const { rows, requirements, ...rest } = toPageIndex(report);
  const index: EmbeddedIndex = {
    ...rest,
    rows: encodeColumn(rows),
    rowCount: rows.length,
    requirements: encodeColumn(requirements),
    requirementCount: requirements.length,
  };
  yield [indexId, compress(index)];
  for (let start = 0; start < report.cases.length; start += casesPerChunk) {
    const messages = report.cases
      .slice(start, start + casesPerChunk)
      .map(({ evidence, exchanges = [] }) => ({ evidence, exchanges }));
    yield [chunkId(start / casesPerChunk), compress(encodeColumn(messages))];
  }
}
