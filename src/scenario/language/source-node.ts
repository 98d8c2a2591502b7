/**
 * YAML values with their locations. Merging, resolving and validating work on these nodes, so that every error can point to a line of
 * the file. Nodes are immutable.
 */
import type { SourceLocation } from '#result/run-result.ts';

/** Location of a value. Columns count from 1; `endColumn` is the column after the value, absent if the value has several lines. */
export interface Place extends SourceLocation {
  endColumn?: number;
}

export type Scalar = string | number | boolean | null;

interface NodeBase {
  at: Place;
  /** Number of values in this node, including itself. Shared values (aliases, references) count each time. */
  size: number;
}
export interface ScalarNode extends NodeBase {
  kind: 'scalar';
  value: Scalar;
}
export interface ListNode extends NodeBase {
  kind: 'list';
  items: readonly SourceNode[];
}
export interface MapEntry {
  key: Place;
  value: SourceNode;
}
export interface MapNode extends NodeBase {
  kind: 'map';
  entries: ReadonlyMap<string, MapEntry>;
}
export type SourceNode = ScalarNode | ListNode | MapNode;
export type Path = readonly PropertyKey[];

/** More values than any scenario needs. Aliases or references that multiply exceed it. */
export const maxSize = 20_000;

export const scalarNode = (value: Scalar, at: Place): ScalarNode => ({ kind: 'scalar', value, at, size: 1 });

export const listNode = (items: readonly SourceNode[], at: Place): ListNode => ({
  kind: 'list',
  items,
  at,
  size: items.reduce((size, item) => size + item.size, 1),
});

export function mapNode(entries: ReadonlyMap<string, MapEntry>, at: Place): MapNode {
  let size = 1;
  for (const { value } of entries.values()) size += value.size;
  return { kind: 'map', entries, at, size };
}

/** Returns the value without its locations. */
export function toPlainValue(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlainValue);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toPlainValue(value)]));
}

/** Returns the entry at `path`: its value, and the location of its key (of the item in a list). Undefined if there is none. */
export function entryAt(node: SourceNode, path: Path): MapEntry | undefined {
  let entry: MapEntry | undefined = { key: node.at, value: node };
  for (const segment of path) {
    const parent: SourceNode | undefined = entry?.value;
    if (parent?.kind === 'map') entry = parent.entries.get(String(segment));
    else if (parent?.kind === 'list') entry = itemEntry(parent.items[Number(segment)]);
    else return undefined;
  }
  return entry;
}

const itemEntry = (item: SourceNode | undefined): MapEntry | undefined => item && { key: item.at, value: item };

export const nodeAt = (node: SourceNode, path: Path): SourceNode | undefined => entryAt(node, path)?.value;

/** Returns the location of the deepest part of `path` that exists, for errors about missing values. */
export function nearestPlace(node: SourceNode, path: Path): Place {
  for (let length = path.length; length > 0; length--) {
    const entry = entryAt(node, path.slice(0, length));
    if (entry) return entry.key;
  }
  return node.at;
}

/** Returns true if `test` does for `node` or any node in it. */
export function someNode(node: SourceNode, test: (node: SourceNode) => boolean): boolean {
  if (test(node)) return true;
  if (node.kind === 'list') return node.items.some((item) => someNode(item, test));
  return node.kind === 'map' && [...node.entries.values()].some(({ value }) => someNode(value, test));
}

/** Returns a map with the entries whose key passes `isPicked`. */
export const pickEntries = (node: MapNode, isPicked: (key: string) => boolean): MapNode =>
  mapNode(new Map([...node.entries].filter(([key]) => isPicked(key))), node.at);
