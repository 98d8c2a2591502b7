/** Describes a step of a site file that failed: its place, the page at that moment, and what could stand there instead. */

import { UnavailableError } from '#base/errors.ts';
import { goTo } from '#browser/go-to.ts';
import { type PageContent, readPageContent } from '#browser/page-content.ts';
import { createMask } from '#result/mask.ts';
import type { SourceLocation } from '#result/run-result.ts';
import type { SiteCall } from '../language/site-definition.ts';
import { toYamlText } from '../language/yaml-text.ts';
import { findElement } from '../parties/site/find-element.ts';
import type { Site } from '../parties/site/site.ts';
import { SiteStepError } from '../parties/site/site-flow.ts';
import { findProblem, firstLine } from './checks-after-steps.ts';
import { type ExpectedPart, expectedParts } from './expected-parts.ts';
import { nearestElements } from './nearest-elements.ts';
import { bestOf, similarity } from './similarity.ts';
import { excerptAround } from './tree-excerpt.ts';
import type { SeenRequest } from './watch-responses.ts';

export interface SiteCheckFailure {
  message: string;
  location: SourceLocation;
  /** Path of the page. */
  path: string;
  /** Suggestions for the file, as YAML, the most similar first. */
  suggestions: string[];
  /** Part of Playwright's aria snapshot of the page, around the first suggestion. */
  tree: string;
  /** PNG image of the page; undefined if the browser cannot make one. */
  screenshot: Buffer | undefined;
}

export interface FailureContext {
  site: Site;
  /** The requests of the pages so far, and those to come. */
  seen: readonly SeenRequest[];
  /** Where the word that failed is in the file. */
  location: SourceLocation;
  secrets: readonly string[];
}

const maxSuggestions = 3;

/** @throws {UnavailableError} if the site cannot be reached, because then the file is not at fault. */
export async function describeFailure(
  error: unknown,
  { site, seen, location, secrets }: FailureContext,
): Promise<SiteCheckFailure> {
  const mask = createMask({ secrets });
  const call = failedCall(error);
  const problem = findProblem(error);
  const reason = reasonOf(error);
  if (/net::ERR_|NS_ERROR_/.test(reason)) throw new UnavailableError(`Cannot open ${site.url}: ${reason}`);
  const { path } = site;
  const screenshot = await site.screenshot().catch(() => undefined);
  const [suggestions, hints] = problem
    ? [[...problem.suggestions], []]
    : await suggestFor(call, site).catch(() => [[], []]); // the page may be gone
  const tree = await readTree(site, suggestions[0]);
  const paths = call?.keyword === 'open' ? await suggestPaths(call.args, site, seen).catch(() => []) : [];
  return {
    message: mask([reason, ...hints].join('. ')),
    location: problem?.location ?? call?.location ?? location,
    path,
    suggestions: [...suggestions, ...paths].map(mask),
    tree: mask(tree),
    screenshot,
  };
}

/** Returns the step of the site file that failed: the innermost one. */
function failedCall(error: unknown): SiteCall | undefined {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof SiteStepError) return one.call;
  return undefined;
}

/** Returns the reason without the places and steps around it. */
function reasonOf(error: unknown): string {
  let reason = error;
  for (let one = error; one instanceof Error; one = one.cause) {
    if (findProblem(one) === one) return one.message;
    if (one instanceof SiteStepError) return firstLine(one.cause);
    reason = one;
  }
  return firstLine(reason);
}

async function suggestFor(call: SiteCall | undefined, site: Site): Promise<[string[], string[]]> {
  if (!call) return [[], []];
  const suggestions: string[] = [];
  const hints: string[] = [];
  for (const part of expectedParts(call)) {
    suggestions.push(...(await suggestForPart(part, call, site)));
    if (part.kind === 'element') hints.push(...(await explainHidden(part.target, site)));
  }
  return [[...new Set(suggestions)].slice(0, maxSuggestions), hints];
}

async function suggestForPart(part: ExpectedPart, { keyword }: SiteCall, site: Site): Promise<string[]> {
  const page = await site.page();
  const content = await readPageContent(page);
  if (part.kind === 'element') {
    const options = { page, content, target: part.target, keyword, count: maxSuggestions };
    return (await nearestElements(options)).map(toYamlText);
  }
  const paths = nearestPaths(part.pattern, [site.path, ...linksOf(content, page.url())]);
  return paths.map((path) => toYamlText({ at: path }));
}

/** Returns paths to open, from the start page of the site: its links, and where it redirects to. Leaves the page. */
async function suggestPaths(wrong: string, site: Site, seen: readonly SeenRequest[]): Promise<string[]> {
  const page = await site.page();
  await goTo(page, site.url);
  const links = linksOf(await readPageContent(page), page.url());
  const opened = seen.filter(({ method, status }) => method === 'GET' && status < 400).map(({ path }) => path);
  return nearestPaths(wrong, [...opened, ...links]).map((path) => `open: ${toYamlText(path)}`);
}

function nearestPaths(wrong: string, paths: readonly string[]): string[] {
  const others = [...new Set(paths)].filter((path) => path !== wrong);
  return bestOf(others, (path) => similarity(wrong, path), maxSuggestions);
}

const linksOf = ({ elements }: PageContent, base: string): string[] =>
  elements.flatMap(({ url }) => (url === undefined ? [] : (pathOf(url, base) ?? [])));

/** Returns the path of a link on the same site. */
function pathOf(link: string, base: string): string | undefined {
  if (!URL.canParse(link, base)) return undefined;
  const url = new URL(link, base);
  return url.origin === new URL(base).origin ? url.pathname : undefined;
}

/** Says if the locator finds an element that the page hides. */
async function explainHidden(target: Parameters<typeof findElement>[1], site: Site): Promise<string[]> {
  const found = findElement(await site.page(), target);
  const count = await found.count();
  if (count !== 1 || (await found.isVisible())) return [];
  return ['The page has the element, but hides it'];
}

async function readTree(site: Site, suggestion: string | undefined): Promise<string> {
  try {
    const page = await site.page();
    return excerptAround(await page.locator('body').ariaSnapshot(), suggestion);
  } catch {
    return ''; // the page is gone
  }
}
