/** The settings of the command line for every case, as dimensions beside those of the matrix: devices, sites, and settings of the browser. */
import type { Combination, Coordinate } from './matrix.ts';
import { isRealKey } from './schema/authenticator.ts';
import { siteNameOf } from './site-library.ts';
import { type Place, scalarNode } from './source-node.ts';

export interface RunDimensions {
  /** Devices that every case runs on, instead of its own device. A real key replaces the persona. */
  devices?: readonly string[];
  /** Site files that every case runs on, instead of its own site, by absolute path. */
  sites?: readonly string[];
  /** Engines that every case runs in, instead of its own. */
  engines?: readonly string[];
  /** Routes of the bridge that every case uses, instead of its own. */
  routes?: readonly string[];
  /** WebAuthn implementations that every case runs with, instead of its own. */
  stacks?: readonly string[];
}

interface Dimension {
  path: string;
  values: readonly string[] | undefined;
  /** Text of a value in the id of the case. */
  textOf?(value: string): string;
  /** Returns the paths whose values it replaces, besides its own. */
  replaces?(value: string): readonly string[];
}

const dimensionsOf = ({ devices, sites, engines, routes, stacks }: RunDimensions): Dimension[] => [
  {
    path: 'authenticator.device',
    values: devices,
    replaces: (device) => (isRealKey(device) ? ['authenticator.persona'] : []),
  },
  { path: 'relying-party.site', values: sites, textOf: siteNameOf },
  { path: 'browser.engine', values: engines },
  { path: 'browser.route', values: routes },
  { path: 'browser.stack', values: stacks },
];

/** Returns each combination with each value of each dimension, without duplicates. `at`: place of the values in messages. */
export const multiplyByRun = (
  combinations: readonly Combination[],
  dimensions: RunDimensions,
  at: Place,
): readonly Combination[] =>
  dimensionsOf(dimensions).reduce((all, dimension) => multiply(all, dimension, at), combinations);

function multiply(combinations: readonly Combination[], dimension: Dimension, at: Place): readonly Combination[] {
  const { path, values, textOf = String, replaces = () => [] } = dimension;
  if (!values) return combinations;
  const coordinateOf = (value: string): Coordinate => ({
    path,
    text: textOf(value),
    entry: { key: at, value: scalarNode(value, at) },
  });
  const all = combinations.flatMap((combination) =>
    values.map((value) => {
      const replaced = [path, ...replaces(value)];
      return [...combination.filter((coordinate) => !replaced.includes(coordinate.path)), coordinateOf(value)];
    }),
  );
  return withoutDuplicates(all);
}

function withoutDuplicates(combinations: readonly Combination[]): readonly Combination[] {
  const seen = new Set<string>();
  return combinations.filter((combination) => {
    const text = JSON.stringify(combination.map((coordinate) => [coordinate.path, coordinate.text]));
    return !seen.has(text) && seen.add(text);
  });
}
