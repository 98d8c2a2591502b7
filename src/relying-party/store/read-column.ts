/** Reads one column of a row as the type it was stored with. */
import type { Row } from './libsql.ts';

export const readText = (row: Row, column: string): string => String(row[column]);
export const readNumber = (row: Row, column: string): number => Number(row[column]);
export const readJson = <T>(row: Row, column: string): T => JSON.parse(readText(row, column));
