/** A site file that is ready to use: validated, with the location of every step. */
import type { SourceLocation } from '#result/run-result.ts';
import type { PageLocator } from './schema/locator.ts';
import type { ScenarioPolicy } from './schema/relying-party.ts';
import type { SiteFile, SiteHook, SiteSign, SiteUserDefinition } from './site-schema.ts';
import { type SiteStep, siteStepTable } from './site-steps.ts';
import { allSiteWords, type SiteOutcome, type SiteRequest, type SiteWord } from './site-words.ts';
import { nodeAt, type Path, type SourceNode } from './source-node.ts';
import type { PageArgument, PageKeyword } from './step-arguments/page.ts';
import { listCalls } from './step-calls.ts';

/** What a page shows, and its path. Both must be true if both are given. */
export interface PageCondition {
  visible?: string | PageLocator | undefined;
  at?: string | undefined;
}

interface Alternative extends PageCondition {
  steps: SiteCall[];
}

interface CallBase {
  timeoutMs: number | undefined;
  location: SourceLocation;
}
type PageCall = { [K in PageKeyword]: CallBase & { keyword: K; args: PageArgument<K> } }[PageKeyword];
/** One step of a site file. Its texts may contain values such as `${name}`. */
export type SiteCall =
  | PageCall
  | (CallBase & { keyword: 'when'; args: PageCondition & { steps: SiteCall[]; otherwise: SiteCall[] } })
  | (CallBase & { keyword: 'first-of'; args: Alternative[] })
  | (CallBase & { keyword: 'run'; args: string })
  | (CallBase & { keyword: 'read'; args: PageLocator & { into: string } });

/** Patterns such as `POST /api/passkeys`. */
export type SiteRequests = Readonly<Partial<Record<SiteRequest, string>>>;

export interface SiteDefinition {
  id: string;
  name: string;
  /** Name of the file, relative to the project. */
  file: string;
  /** Address of the site; undefined if it comes from scenarios or the command line, or if Touchstone starts the site. */
  url: string | undefined;
  /** Touchstone starts this server for each case. */
  server: 'reference-portal' | undefined;
  policy: ScenarioPolicy;
  user: SiteUserDefinition;
  before: (SiteHook & { provides: readonly string[] }) | undefined;
  after: SiteHook | undefined;
  requests: SiteRequests;
  outcomes: Readonly<Partial<Record<SiteOutcome, readonly SiteSign[]>>>;
  flow: Readonly<Partial<Record<SiteWord, SiteCall[]>>>;
  sequences: Readonly<Record<string, SiteCall[]>>;
  /** Values of `${secret:NAME}` and the credentials of the user, which are masked in reports. */
  secrets: readonly string[];
}

/** Builds the definition from `parsed`, the validated value of `node`. */
export function buildSiteDefinition(parsed: SiteFile, node: SourceNode, secrets: Iterable<string>): SiteDefinition {
  const { id, name = id, url, server, policy = {}, user = {}, before, after, requests = {}, outcomes = {} } = parsed;
  const credentials = [user.password, user.totp].filter((value) => value !== undefined);
  return {
    id,
    name,
    file: node.at.file,
    url,
    server,
    policy,
    user,
    before: before && { ...before, provides: before.provides ?? [] },
    after,
    requests,
    outcomes: Object.fromEntries(
      Object.entries(outcomes).flatMap(([outcome, signs]) => (signs ? [[outcome, [signs].flat()]] : [])),
    ),
    flow: flowOf(parsed.flow, node),
    sequences: Object.fromEntries(
      Object.entries(parsed.sequences ?? {}).map(([key, steps]) => [key, siteCalls(steps, ['sequences', key], node)]),
    ),
    secrets: [...new Set([...secrets, ...credentials])],
  };
}

/** Path of a word in a file: `mfa.totp` is in the map `mfa`. */
const wordPath = (word: SiteWord): Path => ['flow', ...word.split('.')];

function flowOf(flow: SiteFile['flow'], node: SourceNode): SiteDefinition['flow'] {
  const defined = allSiteWords.filter((word) => nodeAt(node, wordPath(word)) !== undefined);
  return Object.fromEntries(
    defined.map((word) => {
      const [name = '', choice] = word.split('.');
      const value = flow[name];
      const steps = choice === undefined ? value : (value as Record<string, unknown>)[choice];
      return [word, siteCalls(steps as SiteStep[], wordPath(word), node)];
    }),
  );
}

/** The schema has checked the arguments; the compiler cannot infer that for a computed key. */
function siteCalls(steps: readonly SiteStep[], path: Path, node: SourceNode): SiteCall[] {
  return listCalls(siteStepTable, steps, path, node).map(({ keyword, args, path: place, timeoutMs, location }) => {
    return { keyword, args: argumentOf(keyword, args, place, node), timeoutMs, location } as SiteCall;
  });
}

interface Conditional extends PageCondition {
  do?: SiteStep[];
  else?: SiteStep[];
}

function argumentOf(keyword: string, args: unknown, place: Path, node: SourceNode): unknown {
  if (keyword === 'when') {
    const { do: steps, else: otherwise, ...condition } = args as Conditional;
    const branch = (name: string, list: SiteStep[] = []) => siteCalls(list, [...place, name], node);
    return { ...condition, steps: branch('do', steps), otherwise: branch('else', otherwise) };
  }
  if (keyword !== 'first-of') return args;
  return (args as Conditional[]).map(({ do: steps = [], ...condition }, index) => ({
    ...condition,
    steps: siteCalls(steps, [...place, index, 'do'], node),
  }));
}
