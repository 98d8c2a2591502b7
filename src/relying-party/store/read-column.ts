/** Reading one column of a row as what it is. */
import type { Row } from './libsql.ts';

export const text = (row: Row, column: string): string => String(row[column]);
export const number = (row: Row, column: string): number => Number(row[column]);
export const json = <T>(row: Row, column: string): T => JSON.parse(text(row, column));
