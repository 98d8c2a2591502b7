/**
 * Deep merge of source nodes, as JSON Merge Patch (RFC 7396) defines it: maps are merged, other values replace, and null removes what
 * is below it. Lists are values: nothing in them is merged or removed.
 */
import { listNode, type MapEntry, type MapNode, mapNode, type SourceNode } from './source-node.ts';

/** Returns `base` with the values of `over`. */
export function merge(base: SourceNode | undefined, over: SourceNode): SourceNode {
  if (over.kind !== 'map') return over;
  return mergeMaps(base?.kind === 'map' ? base : mapNode(new Map(), over.at), over);
}

function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, { key: place, value }] of over.entries) {
    if (isNull(value)) entries.delete(key);
    else entries.set(key, { key: place, value: merge(entries.get(key)?.value, value) });
  }
  return mapNode(entries, over.at);
}

/** Returns `node` without the entries that are null, at every depth. */
export const withoutNulls = (node: MapNode): MapNode => mergeMaps(mapNode(new Map(), node.at), node);

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

/** A null in YAML: the word, `~`, or nothing after the colon. */
const isNull = (node: SourceNode): boolean => node.kind === 'scalar' && node.value === null;

/** Returns an empty map to merge into. */
export const emptyMap = (file: string): MapNode => mapNode(new Map(), { file, line: 1, column: 1 });
