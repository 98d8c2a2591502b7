/**
 * The data inside the HTML report: the index, and the details of the cases in chunks, each compressed separately, so that opening the
 * report and opening a case decompress little. Chunks are made one after the other while the file is written.
 */
import { deflateRawSync } from 'node:zlib';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { encodeBase85 } from './base85.ts';
import { toStoredCase } from './case-detail.ts';
import { encodeColumn } from './columns.ts';
import { casesPerChunk, type EmbeddedIndex } from './read-embedded-data.ts';
import { toReportIndex } from './report-index.ts';

export interface EmbeddedData {
  index: string;
  /** Chunk `n` has the details at the positions from `n * casesPerChunk`. */
  chunks: Iterable<string>;
}

export function embedData(result: RunResult): EmbeddedData {
  const cases = sortBySimilarity(result.cases);
  const { rows, ...rest } = toReportIndex(result, new Map(cases.map((item, position) => [item, position])));
  const index: EmbeddedIndex = { ...rest, rows: encodeColumn(rows), rowCount: rows.length };
  return { index: compress(index), chunks: compressInChunks(cases) };
}

/** Cases with the same parties have similar messages (certificates, getInfo): side by side they compress best. */
function sortBySimilarity(cases: readonly CaseResult[]): CaseResult[] {
  const keys = new Map(cases.map((item) => [item, Object.values(item.parties).join('\n')]));
  const keyOf = (item: CaseResult) => keys.get(item) ?? '';
  return cases.toSorted((a, b) => Number(keyOf(a) > keyOf(b)) - Number(keyOf(a) < keyOf(b)));
}

function* compressInChunks(cases: readonly CaseResult[]): Generator<string> {
  for (let start = 0; start < cases.length; start += casesPerChunk)
    yield compress(encodeColumn(cases.slice(start, start + casesPerChunk).map(toStoredCase)));
}

/** Returns compressed JSON as text for a script element. */
export const compress = (value: unknown): string => encodeBase85(deflateRawSync(JSON.stringify(value), { level: 9 }));
