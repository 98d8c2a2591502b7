/** Expands a matrix: every combination of the values of dotted paths, without the excluded ones. */
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { deviceNamed, isRealKey } from './schema/authenticator.ts';
import { type MapEntry, nodeAt, type Place, plain, type SourceNode, scalarNode } from './source-node.ts';
import { hintFor } from './suggest.ts';

/** One value of one dotted path. */
interface Coordinate {
  path: string;
  text: string;
  entry: MapEntry;
}
/** A combination, in the order of the matrix. */
export type Combination = readonly Coordinate[];

const maxCombinations = 2_000;

export interface Expansion {
  /** The single, empty combination when the matrix is wrong, so that the rest can still be judged. */
  combinations: Combination[];
  diagnostics: Diagnostic[];
}

/** Without a matrix there is a single, empty combination. */
export function expandMatrix(matrix: SourceNode | undefined): Expansion {
  if (matrix?.kind !== 'map') return { combinations: [[]], diagnostics: [] };
  const dimensions = [...matrix.entries]
    .filter(([path]) => path !== 'exclude')
    .map(([path, entry]) => coordinates(path, entry))
    .filter((values) => values.length > 0); // an empty one breaks the schema, which is told elsewhere
  const diagnostics = dimensions.flatMap(duplicates);
  const total = dimensions.reduce((product, values) => product * values.length, 1);
  if (total > maxCombinations)
    diagnostics.push(diagnostic(matrix.at, `the matrix has ${total} combinations; at most ${maxCombinations} are run`));
  if (diagnostics.length > 0) return { combinations: [[]], diagnostics };
  const excluded = nodeAt(matrix, ['exclude']);
  const exclusions = excluded?.kind === 'list' ? excluded.items : [];
  const mistakes = exclusions.flatMap((item) => unknownExclusions(item, dimensions));
  const all = dimensions.reduce<Combination[]>(
    (made, values) => made.flatMap((one) => values.map((value) => [...one, value])),
    [[]],
  );
  return { combinations: all.filter((one) => !exclusions.some((item) => matches(item, one))), diagnostics: mistakes };
}

/**
 * Each combination on each device. A real key takes the place of the persona: combinations that differ in nothing else are
 * one case there.
 */
export function onDevices(
  combinations: readonly Combination[],
  devices: readonly string[] | undefined,
  at: Place,
): readonly Combination[] {
  if (!devices) return combinations;
  const replaced = (device: string) => [devicePath, ...(isRealKey(device) ? ['authenticator.persona'] : [])];
  const all = combinations.flatMap((combination) =>
    devices.map((device) => [
      ...combination.filter(({ path }) => !replaced(device).includes(path)),
      { path: devicePath, text: device, entry: { key: at, value: scalarNode(device, at) } },
    ]),
  );
  const seen = new Set<string>();
  return all.filter((combination) => {
    const text = JSON.stringify(combination.map((coordinate) => [coordinate.path, coordinate.text]));
    return !seen.has(text) && seen.add(text);
  });
}

const devicePath = 'authenticator.device';

function coordinates(path: string, { key, value }: MapEntry): Coordinate[] {
  const items = value.kind === 'list' ? value.items : [];
  return items.map((item) => ({ path, text: coordinateText(path, item), entry: { key, value: item } }));
}

const coordinateText = (path: string, node: SourceNode): string =>
  (path === devicePath ? deviceNamed(plain(node)) : undefined) ?? String(plain(node));

function duplicates(values: readonly Coordinate[]): Diagnostic[] {
  const seen = new Set<string>();
  return values.flatMap(({ text, entry, path }) => {
    const again = seen.has(text);
    seen.add(text);
    return again ? [diagnostic(entry.value.at, `"${text}" stands twice in ${path}`)] : [];
  });
}

const matches = (item: SourceNode, combination: Combination): boolean =>
  item.kind === 'map' &&
  item.entries.size > 0 &&
  [...item.entries].every(([path, { value }]) =>
    combination.some((coordinate) => coordinate.path === path && coordinate.text === coordinateText(path, value)),
  );

function unknownExclusions(item: SourceNode, dimensions: readonly Coordinate[][]): Diagnostic[] {
  if (item.kind !== 'map') return [];
  const known = new Map(dimensions.map((values) => [values[0]!.path, values.map(({ text }) => text)]));
  return [...item.entries].flatMap(([path, { key, value }]) => {
    const texts = known.get(path);
    if (texts === undefined) return [diagnostic(key, `the matrix has no "${path}"`, hintFor(path, [...known.keys()]))];
    const text = coordinateText(path, value);
    return texts.includes(text)
      ? []
      : [diagnostic(value.at, `"${text}" is not a value of ${path}`, hintFor(text, texts))];
  });
}
