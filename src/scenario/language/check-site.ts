/** Checks of a site file beyond its schema: names that it defines itself, and parts that need each other. */
import { messageOf } from '#base/errors.ts';
import { openAuthenticatorApp } from '#relying-party/methods/totp.ts';
import type { Finding } from './check.ts';
import { siteUrlProblem } from './schema/site-url.ts';
import type { SiteFile } from './site-schema.ts';
import { allSiteWords, type SiteRequest } from './site-words.ts';
import { entryAt, type Path, type SourceNode } from './source-node.ts';
import { hintFor } from './suggest.ts';

export const checkSite = (site: SiteFile, node: SourceNode): Finding[] => [
  ...checkAddress(site),
  ...checkTotp(site),
  ...checkPasskey(site),
  ...checkRequests(site, node),
  ...checkRuns(node),
  ...checkUserValues(site, node),
];

const wrong = (path: Path, message: string, hint?: string): Finding => ({ path, kind: 'wrong', message, hint });

function checkAddress({ url, server }: SiteFile): Finding[] {
  if (url === undefined) return [];
  if (server !== undefined) return [wrong(['url'], `Expected no url, because Touchstone starts the ${server} itself`)];
  const problem = isPlaceholder(url) ? undefined : siteUrlProblem(url);
  return problem === undefined ? [] : [wrong(['url'], problem)];
}

/** The authenticator app of the user must be able to show codes. */
function checkTotp({ user }: SiteFile): Finding[] {
  if (user?.totp === undefined || isPlaceholder(user.totp)) return [];
  try {
    openAuthenticatorApp(user.totp);
    return [];
  } catch (error) {
    return [wrong(['user', 'totp'], messageOf(error))];
  }
}

/** A user who signs in with a passkey needs the words that register it and that sign in with it. */
function checkPasskey({ user, flow, server }: SiteFile): Finding[] {
  if (user?.['sign-in-with'] !== 'passkey') return [];
  const path = ['user', 'sign-in-with'];
  if (server !== undefined) return [wrong(path, `Expected password, because the ${server} has users of its own`)];
  const choices = flow['choose-method'] as Record<string, unknown> | undefined;
  const found = { 'sign-in-with-passkey': flow['sign-in-with-passkey'], 'choose-method.passkey': choices?.passkey };
  return Object.entries(found).flatMap(([word, steps]) =>
    steps === undefined
      ? [wrong(path, `The user signs in with a passkey, so the file needs the word ${word} under flow`)]
      : [],
  );
}

/** The environment is read only for a run. Without it, a value is a placeholder. */
const isPlaceholder = (text: string): boolean => /\((?:env|secret) \w+\)/.test(text);

/** An outcome may refer only to a request that the file describes. */
function checkRequests({ requests = {}, outcomes = {} }: SiteFile, node: SourceNode): Finding[] {
  const defined = Object.keys(requests) as SiteRequest[];
  return Object.entries(outcomes).flatMap(([outcome, signs]) =>
    [signs ?? []].flat().flatMap(({ request }, index) => {
      if (request === undefined || defined.includes(request)) return [];
      const isList = entryAt(node, ['outcomes', outcome])?.value.kind === 'list';
      const path = ['outcomes', outcome, ...(isList ? [index] : []), 'request'];
      return [wrong(path, `The file does not say which request "${request}" is: add it under requests`)];
    }),
  );
}

interface Run {
  /** Name of the word or sequence that has the step. */
  from: string;
  to: string;
  path: Path;
}

/** Every `run` names a word or a sequence of the file, and none runs itself. */
function checkRuns(node: SourceNode): Finding[] {
  const lists = stepLists(node);
  const names = lists.map(({ name }) => name);
  const runs = lists.flatMap(({ name, path }) => findRuns(node, path).map((run) => ({ ...run, from: name })));
  const unknown = runs.filter(({ to }) => !names.includes(to));
  const cycle = unknown.length === 0 ? findCycle(runs) : undefined;
  return [
    ...unknown.map(({ to, path }) => wrong(path, `The file has no word or sequence "${to}"`, hintFor(to, names))),
    ...(cycle ? [wrong(cycle.path, 'The steps run themselves', cycle.names.join(' -> '))] : []),
  ];
}

/** Returns the words and sequences that the file defines, with their paths. */
function stepLists(node: SourceNode): { name: string; path: Path }[] {
  const words = allSiteWords.map((name) => ({ name, path: ['flow', ...name.split('.')] }));
  const sequences = entryAt(node, ['sequences'])?.value;
  const own = sequences?.kind === 'map' ? [...sequences.entries.keys()] : [];
  return [...words, ...own.map((name) => ({ name, path: ['sequences', name] }))].filter(
    ({ path }) => entryAt(node, path) !== undefined,
  );
}

/** Returns all steps `run` in the list of steps at `path`, at any depth. */
function findRuns(node: SourceNode, path: Path): Omit<Run, 'from'>[] {
  const value = entryAt(node, path)?.value;
  if (value?.kind === 'list') return value.items.flatMap((_, index) => findRuns(node, [...path, index]));
  if (value?.kind !== 'map') return [];
  return [...value.entries].flatMap(([key, entry]) =>
    key === 'run' && entry.value.kind === 'scalar'
      ? [{ to: String(entry.value.value), path: [...path, key] }]
      : findRuns(node, [...path, key]),
  );
}

/** Returns the first run that closes a cycle. */
function findCycle(runs: readonly Run[]): { path: Path; names: string[] } | undefined {
  const search = (from: string, chain: readonly string[]): { path: Path; names: string[] } | undefined => {
    for (const { to, path } of runs.filter((run) => run.from === from)) {
      if (chain.includes(to)) return { path, names: [...chain.slice(chain.indexOf(to)), to] };
      const found = search(to, [...chain, to]);
      if (found) return found;
    }
    return undefined;
  };
  for (const { from } of runs) {
    const found = search(from, [from]);
    if (found) return found;
  }
  return undefined;
}

const userValue = /\$\{user\.([^{}]*)\}/g;

/** Steps may use only the values of the user that the file sets. The reference portal has its own users. */
function checkUserValues({ user = {}, before, server }: SiteFile, node: SourceNode): Finding[] {
  if (server !== undefined) return [];
  const known = [...Object.keys(user), ...(before?.provides ?? [])];
  return ['flow', 'sequences'].flatMap((section) =>
    findTexts(node, [section]).flatMap(({ text, path }) =>
      [...text.matchAll(userValue)].flatMap(([, name = '']) =>
        known.includes(name)
          ? []
          : [wrong(path, `The user has no ${name}: set it under user, or let a before hook provide it`)],
      ),
    ),
  );
}

function findTexts(node: SourceNode, path: Path): { text: string; path: Path }[] {
  const value = entryAt(node, path)?.value;
  if (value?.kind === 'scalar') return typeof value.value === 'string' ? [{ text: value.value, path }] : [];
  if (value?.kind === 'list') return value.items.flatMap((_, index) => findTexts(node, [...path, index]));
  return value ? [...value.entries.keys()].flatMap((key) => findTexts(node, [...path, key])) : [];
}
