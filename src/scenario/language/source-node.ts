/**
 * A YAML value that remembers where it was written. Merging, resolving and validating all work on these nodes,
 * so that whatever goes wrong later can point at the line a person wrote. Nodes are never changed, only replaced.
 */
import type { SourceLocation } from '#result/run-result.ts';

/** Where something is written; columns count from 1, `endColumn` is the first one after it and absent for what spans lines. */
export interface Place extends SourceLocation {
  endColumn?: number;
}

export type Scalar = string | number | boolean | null;

interface NodeBase {
  at: Place;
  /** Values in this node, itself included; shared ones (aliases, references) count each time. */
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

/** More values than any scenario has; beyond it, aliases or references feed on each other. */
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

/** The value without its places. */
export function plain(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
}

/** The entry at `path`: its value, and the place of its key (of the item itself in a list). Undefined when nothing is there. */
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

/** The place of the deepest part of `path` that exists: what an error about something missing points at. */
export function nearestPlace(node: SourceNode, path: Path): Place {
  for (let length = path.length; length > 0; length--) {
    const entry = entryAt(node, path.slice(0, length));
    if (entry) return entry.key;
  }
  return node.at;
}

/** Whether `test` holds for `node` or anything in it. */
export function someNode(node: SourceNode, test: (node: SourceNode) => boolean): boolean {
  if (test(node)) return true;
  if (node.kind === 'list') return node.items.some((item) => someNode(item, test));
  return node.kind === 'map' && [...node.entries.values()].some(({ value }) => someNode(value, test));
}

/** The named entries of a map, as a map; the others are left out. */
export const pick = (node: MapNode, wanted: (key: string) => boolean): MapNode =>
  mapNode(new Map([...node.entries].filter(([key]) => wanted(key))), node.at);
