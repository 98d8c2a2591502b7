/** Checks every line of an `expect` block against the observation. All lines are checked, also after one that is not met. */
import type { Expectation, SourceLocation } from '#result/run-result.ts';
import { type SiteRequest, siteRequests } from '../language/site-words.ts';
import { atMost, contains, type Matcher, noneOf, oneOf, orderedSubset, same, sameSet } from './matchers.ts';
import { exchangeName, type Observation, observeExchanges, Unobservable } from './observation.ts';

export interface ExpectedLine {
  path: string;
  expected: unknown;
  location: SourceLocation;
}

/** Lines that are not compared with `same`. `from` is the name of the observed value if it differs from that of the line. */
const special: Record<string, { matches: Matcher; from?: string }> = {
  'relying-party.events': { matches: orderedSubset },
  'relying-party.events-absent': { matches: noneOf, from: 'events' },
  'relying-party.passkey.transports': { matches: sameSet },
  'relying-party.options.extensions': { matches: sameSet },
  ...Object.fromEntries(
    Object.keys(siteRequests).flatMap((name): [string, { matches: Matcher }][] => [
      [`relying-party.requests.${name}.status`, { matches: oneOf }],
      [`relying-party.requests.${name}.within`, { matches: atMost }],
    ]),
  ),
  'browser.transports': { matches: sameSet },
  'browser.conditional-get.accounts': { matches: sameSet },
  'this-device.accounts': { matches: sameSet },
  'this-device.display-names': { matches: sameSet },
  'browser.within': { matches: atMost },
  'ui.says': { matches: contains },
  'ui.title': { matches: contains },
  'ui.url': { matches: contains },
};

export function evaluate(lines: readonly ExpectedLine[], observation: Observation): Expectation[] {
  return lines
    .filter(({ path }) => path !== 'ui.screenshot')
    .map((line) => {
      const { matches, actual } = line.path.startsWith('wire.')
        ? readWire(line.path, observation)
        : read(line.path, observation);
      return actual instanceof Unobservable
        ? { ...line, actual: null, ok: false, skipped: actual.reason }
        : { ...line, actual, ok: matches(line.expected, actual) };
    });
}

function read(path: string, observation: Observation): { matches: Matcher; actual: unknown } {
  const { matches = same, from } = special[path] ?? {};
  const names = path.split('.');
  if (from) names.splice(-1, 1, from);
  const actual = names.reduce<unknown>(
    (value, name) => (value instanceof Unobservable ? value : (value as Record<string, unknown> | undefined)?.[name]),
    observation,
  );
  return { matches, actual: actual ?? whyAbsent(path, observation) };
}

/** Returns why the party does not have the value; null without a special reason. */
function whyAbsent(path: string, { 'relying-party': { requests } }: Observation): string | null {
  const [party, member, name = ''] = path.split('.');
  if (party === 'relying-party' && member === 'passkey') return 'no passkey';
  const request = party === 'relying-party' && member === 'requests' ? requests[name as SiteRequest] : undefined;
  return typeof request === 'string' ? request : null;
}

/** Reads `wire.order`, `wire.never`, or `wire.<command>.<member>`. */
function readWire(path: string, { wire }: Observation): { matches: Matcher; actual: unknown } {
  if (wire instanceof Unobservable) return { matches: same, actual: wire };
  const [, subject = '', member] = path.split('.');
  if (subject === 'order') return { matches: orderedSubset, actual: wire.map(exchangeName) };
  if (subject === 'never') return { matches: noneOf, actual: wire.map(exchangeName) };
  const observed = observeExchanges(wire, subject);
  return { matches: member === 'status' ? oneOf : same, actual: observed[member as keyof typeof observed] };
}
