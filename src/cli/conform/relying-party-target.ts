/** The options of `touchstone conform relying-party` about the relying party under test. */
import { type Command, Option } from 'commander';
import { UsageError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { type BrowserEngine, browserEngines } from '#browser/bridge.ts';
import { createLibraryTarget } from '#conformance/relying-party/library-target.ts';
import type { RelyingPartyTarget } from '#conformance/relying-party/target.ts';
import { emulatorTrustAnchors } from '../compose/emulator-catalogue.ts';
import { createPortalTarget } from '../compose/portal-target.ts';
import { loadAdapter } from './load-adapter.ts';
import { openServer } from './open-server.ts';
import { type OpenTarget, openSite } from './open-site.ts';

export interface TargetOptions {
  adapter?: string;
  url?: string;
  site?: string;
  browser: BrowserEngine;
  headed: boolean;
  authorized?: string;
}

export const withTargetOptions = (command: Command): Command =>
  command
    .option('--adapter <file>', 'Test a library through its adapter, a module; default: the portal of Touchstone')
    .option('--url <address>', 'Test a server with the conformance API of the FIDO Alliance; with --site: its address')
    .option('--site <file>', 'Test the web site of this site file, through its pages in a browser')
    .addOption(
      new Option('--browser <engine>', 'Engine that shows the pages of the site')
        .choices(browserEngines)
        .default('chromium'),
    )
    .option('--headed', 'Show the browser window', false)
    .option('--authorized <host>', 'Permit the test of a server on this host, which is not this machine');

/** @throws {UsageError} if the options do not fit together, or the target cannot be used. */
export async function openTarget(options: TargetOptions): Promise<OpenTarget> {
  const { adapter, url, site, authorized } = options;
  if (adapter !== undefined && (url !== undefined || site !== undefined))
    throw new UsageError('Cannot test a library and a server at the same time: expected --adapter, --url or --site');
  if (site !== undefined) return openSite({ ...options, site });
  if (url !== undefined) return withoutDisposal(await openServer(url, authorized));
  if (adapter === undefined) return withoutDisposal(createPortalTarget());
  const parties = { random: systemRandom, trustAnchors: emulatorTrustAnchors() };
  return withoutDisposal(createLibraryTarget(await loadAdapter(adapter), parties));
}

const withoutDisposal = (target: RelyingPartyTarget): OpenTarget => ({
  target,
  [Symbol.asyncDispose]: async () => undefined,
});
