/** Opens a web site under test in a browser, after its owner has named its host. */
import { resolve } from 'node:path';
import { UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import type { BrowserEngine } from '#browser/bridge.ts';
import { openBridgedBrowser } from '#browser/bridged-page.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { createSiteTarget } from '#scenario/site-conformance/site-target.ts';
import { provideEmulatedAuthenticators } from '../compose/emulated-authenticators.ts';
import { loadOrReport } from '../run/scenario-library.ts';
import { collectSiteFile } from '../run/site-options.ts';
import { requireAuthorization } from './authorization.ts';

export interface SiteTargetOptions {
  /** Site file. */
  site: string;
  /** Address of the site, instead of the one in its file. */
  url?: string | undefined;
  authorized?: string | undefined;
  browser: BrowserEngine;
  headed: boolean;
}

export interface OpenTarget extends AsyncDisposable {
  target: RelyingPartyTarget;
}

const scenarioFile = resolve(import.meta.dirname, '../../scenario/site-conformance/site-conformance.yaml');

/**
 * Returns the target, which owns a browser. Every response of the suite reaches the site through its own page, on the route of the shim,
 * because the browser itself would refuse malformed responses.
 * @throws {UsageError} if the site file cannot be used, or for a host that is not named.
 */
export async function openSite(options: SiteTargetOptions): Promise<OpenTarget> {
  const { url, browser: engine, headed } = options;
  const [site = ''] = collectSiteFile(options.site, []);
  const library = loadOrReport([scenarioFile], { env: process.env, sites: [site], ...(url !== undefined && { url }) });
  const [scenario] = library?.cases ?? [];
  if (!scenario) throw new UsageError(`Cannot use the site file ${options.site}`);
  const { definition, url: address } = scenario.site;
  if (address !== undefined) {
    requireAuthorization(new URL(address).hostname, options.authorized);
    const user = definition.before ? 'users of its hook' : `the user ${definition.user.name ?? 'of its file'}`;
    console.error(
      `Testing ${address} in ${engine}: the suite signs in as ${user}, registers passkeys with invalid and with valid responses, and deletes those that the site stores.`,
    );
  }
  const browser = await openBridgedBrowser({ engine, headed }, 'shim');
  try {
    const target = await createSiteTarget(scenario, {
      openPage: () => browser.openPage(),
      provide: provideEmulatedAuthenticators,
      random: systemRandom,
    });
    return { target, [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose]() };
  } catch (error) {
    await browser[Symbol.asyncDispose]();
    throw error;
  }
}
