/** Validated lists of steps as calls: keyword, argument, and the location of the keyword in its file. */
import type { SourceLocation } from '#result/run-result.ts';
import { keywordsOf } from './schema/step-list.ts';
import { nearestPlace, type Path, type SourceNode } from './source-node.ts';
import type { StepEntry } from './step-arguments/entry.ts';

interface ListedCall {
  keyword: string;
  args: unknown;
  /** The label in the file, or the keyword. */
  label: string;
  /** Time limit in the file. */
  timeoutMs: number | undefined;
  /** Path of the argument in the file. */
  path: Path;
  location: SourceLocation;
}

/** An entry of a list: a keyword alone, or a map. */
type Entry = string | { readonly [key: string]: unknown };

/** Returns the calls of the list `entries` at `path` of `node`, whose steps are those of `table`. */
export const listCalls = (
  table: Readonly<Record<string, StepEntry>>,
  entries: readonly Entry[],
  path: Path,
  node: SourceNode,
): ListedCall[] =>
  entries.map((entry, index) => {
    const isBare = typeof entry === 'string';
    const [keyword] = isBare ? [entry] : keywordsOf(table, entry);
    if (keyword === undefined) throw new Error('The schema accepted a step without a keyword');
    const place = [...path, index, ...(isBare ? [] : [keyword])];
    return {
      keyword,
      args: isBare ? undefined : entry[keyword],
      label: (isBare ? undefined : (entry.label as string | undefined)) ?? keyword,
      timeoutMs: isBare ? undefined : (entry.timeout as number | undefined),
      path: place,
      location: locationOf(node, place),
    };
  });

/** Returns the location of the key at `path`. */
export function locationOf(node: SourceNode, path: Path): SourceLocation {
  const { file, line, column } = nearestPlace(node, path);
  return { file, line, column };
}
