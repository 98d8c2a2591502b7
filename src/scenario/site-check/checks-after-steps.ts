/** What must be true after a word of a site file: the page has called create() or get(), the requests and the outcome were recognised. */
import { messageOf } from '#base/errors.ts';
import type { SourceLocation } from '#result/run-result.ts';
import type { SiteDefinition, SiteRequests } from '../language/site-definition.ts';
import type { SiteRequest } from '../language/site-words.ts';
import { nearestPlace, type Path } from '../language/source-node.ts';
import { readYaml } from '../language/yaml-source.ts';
import { toYamlText } from '../language/yaml-text.ts';
import type { CeremonyOutcome } from '../parties/ceremonies.ts';
import type { CaseContext } from '../steps/step-context.ts';
import { bestOf, similarity } from './similarity.ts';
import type { SeenRequest } from './watch-responses.ts';

/** A statement of the file besides its steps that is not true. */
export class SiteFileProblem extends Error {
  override readonly name = 'SiteFileProblem';
  readonly location: SourceLocation | undefined;
  /** What could stand there instead, as YAML. */
  readonly suggestions: readonly string[];

  constructor(message: string, location: SourceLocation | undefined, suggestions: readonly string[] = []) {
    super(message);
    this.location = location;
    this.suggestions = suggestions;
  }
}

export interface SiteFileText {
  text: string;
  /** Name of the file in messages. */
  name: string;
}

export interface CheckOptions {
  /** The ceremony that had ended before the word. */
  earlier: CeremonyOutcome | undefined;
  requests: SiteRequests;
  file: SiteFileText;
  /** The requests so far. */
  seen: readonly SeenRequest[];
  timeoutMs: number;
}

const maxSuggestions = 3;
const pollMs = 25;

const requestsOf: Readonly<Record<'create' | 'get', readonly SiteRequest[]>> = {
  create: ['options', 'result'],
  get: ['sign-in-options', 'sign-in-result'],
};

/** Waits for the end of the ceremony that the word starts. @throws {SiteFileProblem} if there is none, or if it fails. */
export async function checkCeremony(
  method: 'create' | 'get',
  { ceremonies, site }: CaseContext,
  { earlier, requests, file, seen, timeoutMs }: CheckOptions,
): Promise<void> {
  const call = `navigator.credentials.${method}()`;
  const deadline = performance.now() + timeoutMs;
  const hasEnded = () => ceremonies.last !== undefined && ceremonies.last !== earlier;
  while (!hasEnded() && (ceremonies.isRunning || performance.now() < deadline))
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  if (!hasEnded()) throw new SiteFileProblem(`The page has not called ${call} within ${timeoutMs} ms`, undefined);
  const { error, reason, endedAt } = ceremonies.last as CeremonyOutcome;
  if (error !== 'none') throw new SiteFileProblem(`${call} failed with ${error}: ${reason}`, undefined);
  await site.settle(endedAt);
  for (const name of requestsOf[method]) checkRequest(name, site.requests, { requests, file, seen });
}

/** @throws {SiteFileProblem} if the file names a request and the pages have not sent it. */
function checkRequest(
  name: SiteRequest,
  log: CaseContext['site']['requests'],
  { requests, file, seen }: Pick<CheckOptions, 'requests' | 'file' | 'seen'>,
): void {
  const pattern = requests[name];
  if (pattern === undefined || log.answered(name)) return;
  const sent = [...new Set(seen.map(({ method, path }) => `${method} ${path}`))];
  const nearest = bestOf(sent, (request) => similarity(pattern, request), maxSuggestions);
  throw new SiteFileProblem(
    `No request matched ${pattern}`,
    placeOf(file, ['requests', name]),
    nearest.map((request) => `${name}: ${toYamlText(request)}`),
  );
}

/** @throws {SiteFileProblem} if the site does not show the outcome `registered` as the file describes it. */
export async function checkOutcome(
  { outcomes, site }: CaseContext,
  { outcomes: defined, requests }: SiteDefinition,
  { file, seen }: CheckOptions,
): Promise<void> {
  if (requests.finish !== undefined) checkRequest('finish', site.requests, { requests, file, seen });
  if (!defined.registered) return;
  const outcome = await outcomes.last();
  if (outcome === 'registered') return;
  const found = outcome === 'none' ? 'shows none of the outcomes of the file' : `shows the outcome ${outcome}`;
  const answered = ['result', 'finish'] as const;
  throw new SiteFileProblem(
    `Expected the outcome registered after the registration; the site ${found}`,
    placeOf(file, ['outcomes', outcome === 'none' ? 'registered' : outcome]),
    answered.flatMap((request) => {
      const answer = site.requests.answered(request);
      return answer ? [`registered: ${toYamlText({ request, status: answer.status })}`] : [];
    }),
  );
}

/** Returns the location of a key of the site file. */
function placeOf({ text, name }: SiteFileText, path: Path): SourceLocation {
  const { root } = readYaml(text, name);
  const { file, line, column } = root ? nearestPlace(root, path) : { file: name, line: 1, column: 1 };
  return { file, line, column };
}

/** Returns the first problem in the chain of causes. */
export function findProblem(error: unknown): SiteFileProblem | undefined {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof SiteFileProblem) return one;
  return undefined;
}

export const firstLine = (error: unknown): string => messageOf(error).split('\n')[0] ?? '';
