/** Replaces deprecated keys and values of scenario files by the current ones. Files with the old words still work, with a warning. */
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import { listNode, type MapEntry, type MapNode, mapNode, type SourceNode } from './source-node.ts';

interface DeprecatedKey {
  /** Path of the map that has the key. */
  parent: readonly string[];
  from: string;
  to: string;
}

interface DeprecatedValue extends DeprecatedKey {
  key: string;
}

const deprecatedKeys: readonly DeprecatedKey[] = [
  { parent: ['browser'], from: 'channel', to: 'engine' },
  { parent: ['expect', 'relying-party'], from: 'orphans', to: 'abandoned-credentials' },
  { parent: ['expect', 'authenticator'], from: 'orphans', to: 'abandoned-credentials' },
];
const deprecatedValues: readonly DeprecatedValue[] = [{ parent: ['client'], key: 'checks', from: 'relay', to: 'none' }];

export interface Replaced {
  root: MapNode;
  /** One for each deprecated word, at its location. */
  warnings: Diagnostic[];
}

/** Replaces the deprecated words in a scenario file, in its cases and in its matrix; or in a case. */
export function replaceDeprecated(root: MapNode): Replaced {
  const warnings: Diagnostic[] = [];
  let node = root;
  for (const { parent, from, to } of deprecatedKeys)
    node = changeAt(node, parent, (map) => renameKeys(map, [[from, to]], warnings));
  for (const word of deprecatedValues)
    node = changeAt(node, word.parent, (map) =>
      changeEntry(map, word.key, (value) => replaceValue(value, word, warnings)),
    );
  node = changeEntry(node, 'cases', (cases) => replaceInCases(cases, warnings));
  node = changeEntry(node, 'matrix', (matrix) => replaceInMatrix(matrix, warnings));
  return { root: node, warnings };
}

function replaceInCases(cases: SourceNode, warnings: Diagnostic[]): SourceNode {
  if (cases.kind !== 'list') return cases;
  const items = cases.items.map((item) => {
    if (item.kind !== 'map') return item;
    const replaced = replaceDeprecated(item);
    warnings.push(...replaced.warnings);
    return replaced.root;
  });
  return listNode(items, cases.at);
}

function replaceInMatrix(matrix: SourceNode, warnings: Diagnostic[]): SourceNode {
  if (matrix.kind !== 'map') return matrix;
  const paths = deprecatedKeys.map(({ parent, from, to }): [string, string] => [
    [...parent, from].join('.'),
    [...parent, to].join('.'),
  ]);
  const rename = (map: MapNode) => renameKeys(map, paths, warnings);
  return changeEntry(rename(matrix), 'exclude', (excluded) =>
    excluded.kind === 'list'
      ? listNode(
          excluded.items.map((item) => (item.kind === 'map' ? rename(item) : item)),
          excluded.at,
        )
      : excluded,
  );
}

/** Renames entries of a map and keeps their order. An old key beside its new name stays, and is then an unknown key. */
function renameKeys(
  node: MapNode,
  names: readonly (readonly [from: string, to: string])[],
  warnings: Diagnostic[],
): MapNode {
  const newNames = new Map(names);
  const entries = new Map<string, MapEntry>();
  for (const [name, entry] of node.entries) {
    const newName = newNames.get(name);
    const isRenamed = newName !== undefined && !node.entries.has(newName);
    if (isRenamed) warnings.push(diagnostic(entry.key, `Deprecated key "${name}": use "${newName}"`));
    entries.set(isRenamed ? newName : name, entry);
  }
  return mapNode(entries, node.at);
}

function replaceValue(node: SourceNode, { key, from, to }: DeprecatedValue, warnings: Diagnostic[]): SourceNode {
  if (node.kind !== 'scalar' || node.value !== from) return node;
  warnings.push(diagnostic(node.at, `Deprecated value "${key}: ${from}": use "${key}: ${to}"`));
  return { ...node, value: to };
}

/** Returns `node` with the map at `path` changed; `node` itself if there is no map. */
function changeAt(node: MapNode, path: readonly string[], change: (node: MapNode) => MapNode): MapNode {
  const [name, ...rest] = path;
  if (name === undefined) return change(node);
  return changeEntry(node, name, (value) => (value.kind === 'map' ? changeAt(value, rest, change) : value));
}

/** Returns `node` with the value of one entry changed; `node` itself if it has no such entry, or if nothing changes. */
function changeEntry(node: MapNode, name: string, change: (value: SourceNode) => SourceNode): MapNode {
  const entry = node.entries.get(name);
  if (!entry) return node;
  const value = change(entry.value);
  return value === entry.value ? node : mapNode(new Map(node.entries).set(name, { key: entry.key, value }), node.at);
}
