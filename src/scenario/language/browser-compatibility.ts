/** Which settings of `browser:` exclude each other. */
import type { BrowserEngine } from '#browser/bridge.ts';
import { engineOfCase, type ScenarioBrowser } from './schema/browser.ts';

export interface BrowserContradiction {
  /** The setting that does not fit the others. */
  setting: 'engine' | 'route';
  message: string;
}

/** The engines that a stack supports. */
const enginesOfStack: Record<NonNullable<ScenarioBrowser['stack']>, readonly BrowserEngine[]> = {
  touchstone: ['chromium', 'firefox', 'webkit'],
  native: ['chromium', 'firefox'],
  'built-in': ['chromium', 'firefox'],
};

/** Returns the first setting of a browser that excludes the others; undefined if they fit together. */
export function findBrowserContradiction(browser: ScenarioBrowser): BrowserContradiction | undefined {
  const { stack = 'touchstone', route } = browser;
  const engine = engineOfCase(browser);
  const engines = enginesOfStack[stack];
  if (!engines.includes(engine))
    return { setting: 'engine', message: `Expected engine: ${engines.join(' or ')} with stack: ${stack}` };
  if (route !== undefined && stack !== 'touchstone')
    return { setting: 'route', message: `Expected no route with stack: ${stack}, which has no bridge into the page` };
  if (route === 'proxy' && engine !== 'chromium')
    return {
      setting: 'route',
      message: `Expected route: shim in ${engine}, because only chromium has the proxy interface`,
    };
  return undefined;
}
