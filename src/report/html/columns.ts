/**
 * Writes many JSON values of the same shape as columns: the values of each member follow each other, repeated texts are stored once.
 * Compressed, columns are much smaller than the values one after the other. Nothing is lost, except the order of members. Pure; runs in
 * Node and in the page.
 */
import { isObject } from '#base/json.ts';

/** The values of one member. `present` has one character for each value: `0` if the value is undefined and not in the column. */
export type Column = { present?: string } & (
  | { members: Record<string, Column> }
  | { lengths: Column; items: Column }
  | { texts: string[]; at: number[] }
  /** Numbers times 100, or the differences between them. */
  | { hundredths: number[] }
  | { differences: number[] }
  | { values: unknown[] }
);

type Members = Record<string, unknown>;

/** Returns the column of JSON values. Members that are undefined are treated as absent. */
export function encodeColumn(values: readonly unknown[]): Column {
  const known = values.filter((value) => value !== undefined);
  const column = encodeKnown(known);
  if (known.length === values.length) return column;
  return { present: values.map((value) => (value === undefined ? '0' : '1')).join(''), ...column };
}

function encodeKnown(values: unknown[]): Column {
  if (values.length === 0) return { values };
  if (values.every(isObject)) return encodeMembers(values);
  if (values.every(Array.isArray))
    return { lengths: encodeColumn(values.map(({ length }) => length)), items: encodeColumn(values.flat()) };
  if (values.every((value) => typeof value === 'string')) return encodeTexts(values);
  if (values.every((value) => typeof value === 'number')) return encodeNumbers(values);
  return { values };
}

function encodeMembers(values: readonly Members[]): Column {
  const keys = [...new Set(values.flatMap((value) => Object.keys(value)))];
  const memberOf = (value: Members, key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);
  const columns = keys.map((key) => [key, encodeColumn(values.map((value) => memberOf(value, key)))]);
  return { members: Object.fromEntries(columns) };
}

function encodeTexts(values: string[]): Column {
  const positions = new Map<string, number>();
  for (const value of values) if (!positions.has(value)) positions.set(value, positions.size);
  if (positions.size === values.length) return { values };
  return { texts: [...positions.keys()], at: values.map((value) => positions.get(value) ?? 0) };
}

/** Most times of a report have two decimals: as whole numbers they are shorter, and the differences of ascending times still shorter. */
function encodeNumbers(values: number[]): Column {
  const hundredths = values.map((value) => Math.round(value * 100));
  const isExact = hundredths.every((whole, index) => Number.isSafeInteger(whole) && whole / 100 === values[index]);
  if (!isExact) return { values };
  const differences = hundredths.map((whole, index) => whole - (hundredths[index - 1] ?? 0));
  const isShorter = JSON.stringify(differences).length < JSON.stringify(hundredths).length;
  return isShorter ? { differences } : { hundredths };
}

/** Returns the values of a column that was made from `count` values. */
export function decodeColumn(column: Column, count: number): unknown[] {
  const { present } = column;
  if (present === undefined) return decodeKnown(column, count);
  const known = decodeKnown(column, present.replaceAll('0', '').length);
  let next = 0;
  return Array.from(present, (mark) => (mark === '1' ? known[next++] : undefined));
}

function decodeKnown(column: Column, count: number): unknown[] {
  if ('members' in column) return decodeMembers(column.members, count);
  if ('lengths' in column) return decodeLists(column, count);
  if ('texts' in column) return column.at.map((position) => column.texts[position]);
  if ('hundredths' in column) return column.hundredths.map((whole) => whole / 100);
  if ('differences' in column) return toSums(column.differences).map((whole) => whole / 100);
  return column.values;
}

function decodeMembers(members: Record<string, Column>, count: number): Members[] {
  const columns = Object.entries(members).map(([key, column]) => [key, decodeColumn(column, count)] as const);
  return Array.from({ length: count }, (_, index) => {
    const entries = columns.map(([key, values]) => [key, values[index]] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  });
}

function decodeLists({ lengths, items }: { lengths: Column; items: Column }, count: number): unknown[][] {
  const sizes = decodeColumn(lengths, count) as number[];
  const ends = toSums(sizes);
  const all = decodeColumn(items, ends.at(-1) ?? 0);
  return sizes.map((size, index) => all.slice((ends[index] ?? 0) - size, ends[index]));
}

/** Returns the sum up to each number. */
function toSums(numbers: readonly number[]): number[] {
  let sum = 0;
  return numbers.map((number) => {
    sum += number;
    return sum;
  });
}
