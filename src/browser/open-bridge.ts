/** Opens the bridge of a browser on one of its routes. */
import type { Browser } from 'playwright';
import { UsageError } from '#base/errors.ts';
import type { Bridge, BridgeRoute } from './bridge.ts';
import { isHeadlessShell } from './installed-browsers.mjs';
import { type BrowserChoice, engineOf, launchOptions } from './launch.ts';
import { openProxyBridge } from './proxy/open-proxy.ts';
import { openShimBridge } from './shim/open-shim.ts';

/** Returns the default route of a browser: the proxy in a local Chromium that can load extensions, otherwise the shim. */
export function defaultRoute(choice: BrowserChoice): BridgeRoute {
  const { engine = 'chromium', connect } = choice;
  if (engine !== 'chromium' || connect) return 'shim';
  return isHeadlessShell(launchOptions(choice).executablePath ?? '') ? 'shim' : 'proxy';
}

/**
 * Opens the bridge of `browser`.
 * @throws {UsageError} for the proxy route in a browser other than Chromium.
 * @throws {Error} for the proxy route in a Chromium that `launchBrowser` has not started here.
 */
export async function openBridge(browser: Browser, route: BridgeRoute): Promise<Bridge> {
  if (route === 'shim') return openShimBridge(browser);
  const engine = engineOf(browser);
  if (engine !== 'chromium') throw new UsageError(`Cannot open the route "proxy" in ${engine}: only Chromium has it`);
  return openProxyBridge(browser);
}
