/**
 * Finds why a user cannot register a passkey: walks the layers in the order of the flow and names the first cause. A cause that the
 * end of the attempt shows comes before all predictions, because it proves that the attempt passed the layers before it.
 */
import type { Cause, Layer } from './cause.ts';
import { causes, positionOf } from './causes.ts';
import type { FactName, Facts } from './facts.ts';

export interface FoundCause {
  readonly cause: Cause;
  /** `seen`: the attempt ended with it; `predicted`: settings and properties lead to it. */
  readonly by: 'seen' | 'predicted';
  /** The facts that show it. */
  readonly evidence: readonly FactName[];
}

export interface Diagnosis {
  /** Undefined if no known fact shows a cause. */
  readonly first: FoundCause | undefined;
  /** Causes in layers after the first one: they follow when the first one is removed. */
  readonly next: readonly FoundCause[];
  /** Facts that are not known and could show a cause before the first one, in the order of the layers. */
  readonly unknown: readonly FactName[];
}

/** The layers that an attempt passes between the call of `create()` and its end. */
const ceremonyLayers: readonly Layer[] = ['page', 'browser', 'place', 'key', 'pin', 'gesture'];

export function diagnose(facts: Facts): Diagnosis {
  const seen = findSeen(facts);
  const predicted = causes.map((cause) => findPredicted(cause, facts)).filter((found) => found !== undefined);
  const first = explain(seen, predicted) ?? predicted[0];
  return {
    first,
    next: predicted.filter(({ cause }) => cause !== first?.cause && isAfter(cause.layer, first)),
    unknown: seen ? [] : unknownBefore(first?.cause, facts),
  };
}

/**
 * Returns the cause that the end of the attempt shows. For a vague end, such as a cancelled dialog, that is the first one that could
 * be met during the ceremony.
 */
function explain(seen: FoundCause | undefined, predicted: readonly FoundCause[]): FoundCause | undefined {
  if (!seen?.cause.seen.isVague) return seen;
  const metInCeremony = ({ cause }: FoundCause) =>
    ceremonyLayers.includes(cause.layer) && positionOf(cause.layer) <= positionOf(seen.cause.layer);
  return predicted.find(metInCeremony) ?? seen;
}

const isAfter = (layer: Layer, found: FoundCause | undefined): boolean =>
  found === undefined || positionOf(layer) >= positionOf(found.cause.layer);

/** The ways an attempt ends, the most exact first: the site reports more than the key, and the key more than the dialog. */
const ends = [
  ['attempt.refusal', 'refusals'],
  ['attempt.status', 'statuses'],
  ['attempt.ending', 'endings'],
  ['attempt.error', 'errors'],
] as const;

/** Returns the cause that ended the attempt. */
function findSeen(facts: Facts): FoundCause | undefined {
  for (const [fact, list] of ends) {
    const end = facts[fact];
    const cause = causes.find(({ seen }) => (seen[list] as readonly unknown[] | undefined)?.includes(end));
    if (cause) return { cause, by: 'seen', evidence: [fact] };
  }
  return undefined;
}

function findPredicted(cause: Cause, facts: Facts): FoundCause | undefined {
  const prediction = cause.predictions.find((one) => one.holds(facts));
  return prediction && { cause, by: 'predicted', evidence: prediction.needs };
}

/** Returns the missing facts of the predictions of all causes before `first`. */
function unknownBefore(first: Cause | undefined, facts: Facts): FactName[] {
  const before = first ? causes.slice(0, causes.indexOf(first)) : causes;
  const missing = before
    .flatMap(({ predictions }) => predictions)
    .filter((prediction) => prediction.holds(facts) === undefined)
    .flatMap(({ needs }) => needs.filter((name) => facts[name] === undefined));
  return [...new Set(missing)];
}
