/** The options of `touchstone run` about the web site under test. */
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '#base/errors.ts';
import type { ExpandOptions } from '#scenario/language/expand.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { siteUrlProblem } from '#scenario/language/schema/site-url.ts';
import { findSiteBlockingReason, findUnauthorizedAction } from '#scenario/language/site-compatibility.ts';
import { collect } from '../commands/option-parsers.ts';

export interface SiteOptions {
  /** Absolute paths of site files that every case runs on; empty: the site that each case names itself. */
  site: string[];
  /** Address of the site. */
  url?: string;
  /** Hosts whose owners permit cases with defects. */
  authorized: string[];
}

export const withSiteOptions = (command: Command): Command =>
  command
    .option(
      '--site <file>',
      'Run every case on the site of this site file; repeat the option for more sites',
      collectSiteFile,
      [],
    )
    .option('--url <url>', 'Address of the site, instead of the one in its file or in the scenarios', parseSiteUrl)
    .option(
      '--authorized <host>',
      'Permit cases with defects on this host, which is not this machine; repeat the option for more hosts',
      collect,
      [],
    );

/** Adds the path of a site file, without symbolic links. */
export function collectSiteFile(text: string, previous: readonly string[]): string[] {
  const path = resolve(text);
  if (!existsSync(path)) throw new InvalidArgumentError('There is no such file.');
  const real = realpathSync.native(path);
  return previous.includes(real) ? [...previous] : [...previous, real];
}

export function parseSiteUrl(text: string): string {
  const problem = siteUrlProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(`${problem}.`);
  return text;
}

/** The part of the options that expands the cases. */
export const siteExpansion = ({
  site,
  url,
}: Pick<SiteOptions, 'site' | 'url'>): Pick<ExpandOptions, 'sites' | 'url'> => ({
  ...(site.length > 0 && { sites: site }),
  ...(url !== undefined && { url }),
});

/**
 * Checks that the run does only what the owners of the sites permit.
 * @throws {UsageError} if a case does more, or if no case uses an option: the user probably means another site.
 */
export function checkSites(cases: readonly ExpandedCase[], { url, authorized }: SiteOptions): void {
  const hosts = new Set(cases.flatMap(({ site }) => (site.url === undefined ? [] : [hostOf(site.url)])));
  if (url !== undefined && hosts.size === 0)
    throw new UsageError('Cannot use --url: no case runs on a web site. Name the site file of the address with --site');
  const unknown = authorized.find((host) => !hosts.has(host));
  if (unknown !== undefined)
    throw new UsageError(
      `--authorized ${unknown} names no host of this run. Hosts of this run: ${[...hosts].join(', ') || 'none'}`,
    );
  const refused = cases.flatMap((scenario) => {
    const action = findUnauthorizedAction(scenario);
    const host = hostOf(scenario.site.url ?? 'http://localhost');
    return action === undefined || authorized.includes(host) ? [] : [{ id: scenario.id, action, host }];
  });
  if (refused.length > 0) throw unauthorizedError(refused);
}

const hostOf = (url: string): string => new URL(url).hostname;

const maxListedCases = 20;

function unauthorizedError(refused: readonly { id: string; action: string; host: string }[]): UsageError {
  const options = [...new Set(refused.map(({ host }) => `--authorized ${host}`))].join(' ');
  const count = `${refused.length} ${refused.length === 1 ? 'case' : 'cases'}`;
  return new UsageError(
    [
      `Refused to run ${count}: they do what a user of the site would not do. The owner of the site can permit this with ${options}`,
      ...refused.slice(0, maxListedCases).map(({ id, action }) => `  ${id}: ${action}`),
      ...(refused.length > maxListedCases ? [`  ... and ${refused.length - maxListedCases} more`] : []),
    ].join('\n'),
  );
}

/** Returns the reasons why cases cannot run on their sites, by case id. */
export function siteSkipReasons(cases: readonly ExpandedCase[]): Record<string, string> {
  const reasons = cases.flatMap((scenario) => {
    const blockingReason = findSiteBlockingReason(scenario);
    return blockingReason === undefined
      ? []
      : [[scenario.id, `Left out on ${scenario.site.definition.name}: ${blockingReason}`]];
  });
  return Object.fromEntries(reasons);
}

/** Returns one line about the cases that are left out; undefined if there are none. */
export function describeLeftOut(
  cases: readonly ExpandedCase[],
  reasons: Readonly<Record<string, string>>,
): string | undefined {
  const names = new Set(cases.filter(({ id }) => id in reasons).map(({ site }) => site.definition.name));
  const count = Object.keys(reasons).length;
  if (count === 0) return undefined;
  return `Leaving out ${count} of ${cases.length} cases, which cannot run on ${[...names].join(' and ')}; the report says why`;
}
