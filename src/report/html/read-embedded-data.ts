/** Reads the data inside the HTML report. Runs in the page; the tests run it in Node. */
import { decodeBase85 } from './base85.ts';
import { type CaseDetail, type StoredCase, toCaseDetail } from './case-detail.ts';
import { type Column, decodeColumn } from './columns.ts';
import { inflate } from './inflate.ts';
import type { CaseRow, ReportIndex } from './report-index.ts';

export const casesPerChunk = 64;

/** Ids of the script elements that contain the data. */
export const indexId = 'index';
export const chunkId = (number: number): string => `cases-${number}`;

export type EmbeddedIndex = Omit<ReportIndex, 'rows'> & { rows: Column; rowCount: number };

/** Returns the text of the script element with this id. */
export type TextOfElement = (id: string) => string;

export function readIndex(textOf: TextOfElement): ReportIndex {
  const { rows, rowCount, ...rest } = decompress(textOf(indexId)) as EmbeddedIndex;
  return { ...rest, rows: decodeColumn(rows, rowCount) as CaseRow[] };
}

/** Number of chunks in the cache. */
const keptChunks = 8;

/** Reads the details of cases, and caches the chunks that were read last. */
export class CaseDetails {
  readonly #textOf: TextOfElement;
  readonly #caseCount: number;
  readonly #chunks = new Map<number, StoredCase[]>();

  constructor(textOf: TextOfElement, caseCount: number) {
    this.#textOf = textOf;
    this.#caseCount = caseCount;
  }

  /** @throws {Error} if the data of the case is damaged. */
  read({ position }: Pick<CaseRow, 'position'>): CaseDetail {
    const chunk = this.#chunk(Math.floor(position / casesPerChunk));
    const stored = chunk[position % casesPerChunk];
    if (!stored) throw new Error(`The report has no details at position ${position}`);
    return toCaseDetail(stored);
  }

  #chunk(number: number): StoredCase[] {
    const chunk = this.#chunks.get(number) ?? this.#readChunk(number);
    this.#chunks.delete(number);
    this.#chunks.set(number, chunk);
    const [oldest] = this.#chunks.keys();
    if (this.#chunks.size > keptChunks && oldest !== undefined) this.#chunks.delete(oldest);
    return chunk;
  }

  #readChunk(number: number): StoredCase[] {
    const count = Math.min(casesPerChunk, this.#caseCount - number * casesPerChunk);
    return decodeColumn(decompress(this.#textOf(chunkId(number))) as Column, count) as StoredCase[];
  }
}

/** Returns the value that was passed to `compress`. */
export const decompress = (text: string): unknown => JSON.parse(new TextDecoder().decode(inflate(decodeBase85(text))));
