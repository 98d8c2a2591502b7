/** Opens the bridge of a browser on one of its routes. */
import type { Browser } from 'playwright';
import { UsageError } from '#base/errors.ts';
import type { Bridge, BridgeRoute, BrowserEngine } from './bridge.ts';
import { engineOf } from './launch.ts';
import { openProxyBridge } from './proxy/open-proxy.ts';
import { openShimBridge } from './shim/open-shim.ts';

/** Returns the route of an engine when none is chosen: the proxy is the route through the browser itself. */
export const defaultRoute = (engine: BrowserEngine): BridgeRoute => (engine === 'chromium' ? 'proxy' : 'shim');

/**
 * Opens the bridge of `browser`.
 * @throws {UsageError} for the proxy route in a browser other than Chromium.
 * @throws {Error} for the proxy route in a Chromium that `launchBrowser` has not started here.
 */
export async function openBridge(
  browser: Browser,
  route: BridgeRoute = defaultRoute(engineOf(browser)),
): Promise<Bridge> {
  if (route === 'shim') return openShimBridge(browser);
  const engine = engineOf(browser);
  if (engine !== 'chromium') throw new UsageError(`Cannot open the route "proxy" in ${engine}: only Chromium has it`);
  return openProxyBridge(browser);
}
