/** Deep merge: maps merge, everything else replaces, and null takes away (as in RFC 7396). */
import { type MapEntry, type MapNode, mapNode, type SourceNode } from './source-node.ts';

/** `over` wins over `base`. */
export function merge(base: SourceNode, over: SourceNode): SourceNode {
  return base.kind === 'map' && over.kind === 'map' ? mergeMaps(base, over) : over;
}

export function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    if (isNull(entry.value) && below) entries.delete(key);
    else entries.set(key, below ? { key: entry.key, value: merge(below.value, entry.value) } : entry);
  }
  return mapNode(entries, over.at);
}

/** `node` with `entry` at `path`; missing maps on the way are made, and anything else on the way is replaced. */
export function withEntry(node: MapNode, path: readonly string[], entry: MapEntry): MapNode {
  const nested = path.reduceRight<SourceNode>(
    (value, key) => mapNode(new Map([[key, { key: entry.key, value }]]), entry.key),
    entry.value,
  );
  return mergeMaps(node, nested.kind === 'map' ? nested : mapNode(new Map(), entry.key));
}

const isNull = (node: SourceNode): boolean => node.kind === 'scalar' && node.value === null;

/** An empty map, to merge into. */
export const emptyMap = (file: string): MapNode => mapNode(new Map(), { file, line: 1, column: 1 });
