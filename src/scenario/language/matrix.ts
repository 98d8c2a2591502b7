/** Expands a matrix into all combinations of its values, except the excluded ones. */
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { parseDeviceName } from './schema/authenticator.ts';
import { type MapEntry, nodeAt, type SourceNode, toPlainValue } from './source-node.ts';
import { hintFor } from './suggest.ts';

/** One value of a dotted path. */
export interface Coordinate {
  path: string;
  text: string;
  entry: MapEntry;
}
/** One value of each dotted path, in the order of the matrix. */
export type Combination = readonly Coordinate[];

const maxCombinations = 2_000;

export interface Expansion {
  /** A single, empty combination if the matrix has errors, so that the rest of the file can still be checked. */
  combinations: Combination[];
  diagnostics: Diagnostic[];
}

/** Returns a single, empty combination if there is no matrix. */
export function expandMatrix(matrix: SourceNode | undefined): Expansion {
  if (matrix?.kind !== 'map') return { combinations: [[]], diagnostics: [] };
  const dimensions = [...matrix.entries]
    .filter(([path]) => path !== 'exclude')
    .map(([path, entry]) => coordinatesOf(path, entry))
    .filter((values) => values.length > 0); // the schema reports an empty list
  const diagnostics = dimensions.flatMap(findDuplicates);
  const total = dimensions.reduce((product, values) => product * values.length, 1);
  if (total > maxCombinations)
    diagnostics.push(diagnostic(matrix.at, `The matrix has ${total} combinations; at most ${maxCombinations} can run`));
  if (diagnostics.length > 0) return { combinations: [[]], diagnostics };
  const excluded = nodeAt(matrix, ['exclude']);
  const exclusions = excluded?.kind === 'list' ? excluded.items : [];
  const errors = exclusions.flatMap((item) => checkExclusion(item, dimensions));
  const all = dimensions.reduce<Combination[]>(
    (combinations, values) => combinations.flatMap((one) => values.map((value) => [...one, value])),
    [[]],
  );
  return { combinations: all.filter((one) => !exclusions.some((item) => matches(item, one))), diagnostics: errors };
}

function coordinatesOf(path: string, { key, value }: MapEntry): Coordinate[] {
  const items = value.kind === 'list' ? value.items : [];
  return items.map((item) => ({ path, text: coordinateText(path, item), entry: { key, value: item } }));
}

const coordinateText = (path: string, node: SourceNode): string =>
  (path === 'authenticator.device' ? parseDeviceName(toPlainValue(node)) : undefined) ?? String(toPlainValue(node));

function findDuplicates(values: readonly Coordinate[]): Diagnostic[] {
  const seen = new Set<string>();
  return values.flatMap(({ text, entry, path }) => {
    const again = seen.has(text);
    seen.add(text);
    return again ? [diagnostic(entry.value.at, `Duplicate value "${text}" in ${path}`)] : [];
  });
}

const matches = (item: SourceNode, combination: Combination): boolean =>
  item.kind === 'map' &&
  item.entries.size > 0 &&
  [...item.entries].every(([path, { value }]) =>
    combination.some((coordinate) => coordinate.path === path && coordinate.text === coordinateText(path, value)),
  );

function checkExclusion(item: SourceNode, dimensions: readonly Coordinate[][]): Diagnostic[] {
  if (item.kind !== 'map') return [];
  const known = new Map(
    dimensions.flatMap(([first, ...more]) => (first ? [[first.path, [first, ...more].map(({ text }) => text)]] : [])),
  );
  return [...item.entries].flatMap(([path, { key, value }]) => {
    const texts = known.get(path);
    if (texts === undefined)
      return [diagnostic(key, `The matrix has no path "${path}"`, hintFor(path, [...known.keys()]))];
    const text = coordinateText(path, value);
    return texts.includes(text)
      ? []
      : [diagnostic(value.at, `The matrix has no value "${text}" for ${path}`, hintFor(text, texts))];
  });
}
