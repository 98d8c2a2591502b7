/** Deep merge of source nodes: maps are merged, other values replace, and null removes, as in JSON Merge Patch (RFC 7396). */
import { listNode, type MapEntry, type MapNode, mapNode, type SourceNode } from './source-node.ts';

/** Returns `base` with the values of `over`. */
export function merge(base: SourceNode, over: SourceNode): SourceNode {
  return base.kind === 'map' && over.kind === 'map' ? mergeMaps(base, over) : over;
}

function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    if (isNull(entry.value) && below) entries.delete(key);
    else entries.set(key, below ? { key: entry.key, value: merge(below.value, entry.value) } : entry);
  }
  return mapNode(entries, over.at);
}

/** Merges two parts of a case. Unlike other lists, tags are concatenated, so that a tag of a file selects all of its cases. */
export function mergeCases(base: MapNode, over: MapNode): MapNode {
  const merged = mergeMaps(base, over);
  const [below, above] = [base.entries.get('tags'), over.entries.get('tags')];
  if (below?.value.kind !== 'list' || above?.value.kind !== 'list') return merged;
  const tags = listNode([...below.value.items, ...above.value.items], above.value.at);
  return mapNode(new Map(merged.entries).set('tags', { key: above.key, value: tags }), merged.at);
}

/** Returns `node` with `entry` at `path`. Missing maps are created, and other values on the path are replaced. */
export function withEntry(node: MapNode, path: readonly string[], entry: MapEntry): MapNode {
  const nested = path.reduceRight<SourceNode>(
    (value, key) => mapNode(new Map([[key, { key: entry.key, value }]]), entry.key),
    entry.value,
  );
  return mergeMaps(node, nested.kind === 'map' ? nested : mapNode(new Map(), entry.key));
}

const isNull = (node: SourceNode): boolean => node.kind === 'scalar' && node.value === null;

/** Returns an empty map to merge into. */
export const emptyMap = (file: string): MapNode => mapNode(new Map(), { file, line: 1, column: 1 });
