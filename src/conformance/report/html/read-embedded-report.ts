/** Reads the data inside the HTML report. Runs in the page; the tests run it in Node. */
import { type Column, decodeColumn } from '#report/html/columns.ts';
import { chunkId, decompress, indexId, type TextOfElement } from '#report/html/read-embedded-data.ts';
import type { ReportCase, ReportRequirement } from '../report-model.ts';
import type { PageIndex, PageRow } from './page-index.ts';

export const casesPerChunk = 64;

export type EmbeddedIndex = Omit<PageIndex, 'rows' | 'requirements'> & {
  rows: Column;
  rowCount: number;
  requirements: Column;
  requirementCount: number;
};

/** What the page shows of an open case. */
export type CaseMessages = Required<Pick<ReportCase, 'evidence' | 'exchanges'>>;

export function readPageIndex(textOf: TextOfElement): PageIndex {
  const { rows, rowCount, requirements, requirementCount, ...rest } = decompress(textOf(indexId)) as EmbeddedIndex;
  return {
    ...rest,
    rows: decodeColumn(rows, rowCount) as PageRow[],
    requirements: decodeColumn(requirements, requirementCount) as ReportRequirement[],
  };
}

/** Reads the messages of cases, and keeps what it has read. */
export class CaseMessagesReader {
  readonly #textOf: TextOfElement;
  readonly #caseCount: number;
  readonly #chunks = new Map<number, CaseMessages[]>();

  constructor(textOf: TextOfElement, caseCount: number) {
    this.#textOf = textOf;
    this.#caseCount = caseCount;
  }

  /** @throws {Error} if the data of the case is damaged. */
  read({ position }: Pick<PageRow, 'position'>): CaseMessages {
    const number = Math.floor(position / casesPerChunk);
    const chunk = this.#chunks.get(number) ?? this.#readChunk(number);
    this.#chunks.set(number, chunk);
    const messages = chunk[position % casesPerChunk];
    if (!messages) throw new Error(`The report has no messages at position ${position}`);
    return messages;
  }

  #readChunk(number: number): CaseMessages[] {
    const count = Math.min(casesPerChunk, this.#caseCount - number * casesPerChunk);
    return decodeColumn(decompress(this.#textOf(chunkId(number))) as Column, count) as CaseMessages[];
  }
}
