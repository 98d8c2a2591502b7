/** The browsers of one process: one for each engine, and one bridge for each of its routes, started when they are first used. */
import type { Browser } from 'playwright';
import { type Bridge, type BridgeRoute, type BrowserEngine, bridgeRoutes } from './bridge.ts';
import { type BrowserChoice, launchBrowser } from './launch.ts';
import { defaultRoute, openBridge } from './open-bridge.ts';

export class StartedBrowsers implements AsyncDisposable {
  readonly #choice: Omit<BrowserChoice, 'engine'>;
  readonly #browsers = new Map<BrowserEngine, Promise<Browser>>();
  readonly #bridges = new Map<string, Promise<Bridge>>();

  constructor(choice: Omit<BrowserChoice, 'engine'>) {
    this.#choice = choice;
  }

  /** Returns the browser of an engine; starts it again when it has ended. */
  async start(engine: BrowserEngine): Promise<Browser> {
    const running = await this.#browsers.get(engine)?.catch(() => undefined);
    if (running?.isConnected()) return running;
    for (const route of bridgeRoutes) await this.#closeBridge(`${engine} ${route}`);
    const started = launchBrowser({ ...this.#choice, engine });
    this.#browsers.set(engine, started);
    return started;
  }

  /** Returns the route that is used when `route` is chosen, or none. */
  routeOf(engine: BrowserEngine, route: BridgeRoute | undefined): BridgeRoute {
    return route ?? defaultRoute({ ...this.#choice, engine });
  }

  /** Returns the bridge of an engine on one of its routes. */
  async bridge(engine: BrowserEngine, route: BridgeRoute | undefined): Promise<Bridge> {
    const browser = await this.start(engine);
    const chosen = this.routeOf(engine, route);
    const key = `${engine} ${chosen}`;
    const open = this.#bridges.get(key);
    if (open) return open;
    const opened = openBridge(browser, chosen);
    this.#bridges.set(key, opened);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const key of [...this.#bridges.keys()]) await this.#closeBridge(key);
    const browsers = await Promise.allSettled(this.#browsers.values());
    for (const browser of browsers) if (browser.status === 'fulfilled') await browser.value.close();
  }

  async #closeBridge(key: string): Promise<void> {
    const bridge = this.#bridges.get(key);
    this.#bridges.delete(key);
    await bridge?.then((open) => open[Symbol.asyncDispose]()).catch(() => undefined); // it did not open
  }
}
