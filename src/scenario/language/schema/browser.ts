/** `browser:` and `client:` of a scenario. */
import { z } from 'zod';
import { type BrowserEngine, bridgeRoutes, browserEngines } from '#browser/bridge.ts';

export const browserStacks = ['touchstone', 'native', 'built-in'] as const;

export const browser = z.strictObject({
  stack: z
    .enum(browserStacks)
    .optional()
    .describe(
      'WebAuthn implementation: touchstone (default); native, that of the browser with its own dialog, in the kernel lab only; or built-in, that of the browser with its virtual authenticator',
    ),
  engine: z
    .enum(browserEngines)
    .optional()
    .describe('Browser engine; default chromium, which is Chrome, Edge or Chromium, the first that is installed'),
  route: z
    .enum(bridgeRoutes)
    .optional()
    .describe(
      'How the WebAuthn client gets the requests of the page: through the proxy interface of Chromium (default there), or through a page shim (default elsewhere)',
    ),
  dialog: z.string().min(1).optional().describe('Security dialog to emulate, e.g. windows-11'),
});
export type ScenarioBrowser = z.output<typeof browser>;

/** Returns the engine that a case runs in. */
export const engineOfCase = ({ engine = 'chromium' }: Pick<ScenarioBrowser, 'engine'>): BrowserEngine => engine;

export const client = z.strictObject({
  checks: z
    .enum(['strict', 'none'])
    .optional()
    .describe(
      'none: the client passes malformed responses of a key to the page, so that the relying party has to refuse them',
    ),
});
export type ScenarioClient = z.output<typeof client>;
