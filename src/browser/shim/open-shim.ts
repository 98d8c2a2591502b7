/**
 * The shim route of the bridge: an init script in every document of a browser context sends the WebAuthn requests to Node.js
 * through a function that Playwright exposes. It works in every engine that Playwright drives, also over a remote connection.
 *
 * What a page can notice: `structuredClone` accepts a credential, and functions show `function () { [native code] }` without
 * their name. What the shim cannot do: an `iframe` has it from its first script on, not before.
 */
import type { Browser, BrowserContext, Frame, Page } from 'playwright';
import { toHex } from '#base/bytes.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { Bridge, BridgeSession, BrowserEngine } from '../bridge.ts';
import { engineOf } from '../launch.ts';
import type { WebAuthnHandler } from '../webauthn-handler.ts';
import { documentInFrame } from './document-host.ts';
import { initScript } from './init-script.ts';
import { PendingRequests } from './pending-requests.ts';
import { ShimSession } from './shim-session.ts';

export async function openShimBridge(browser: Browser, random: Random = systemRandom): Promise<Bridge> {
  const engine = engineOf(browser);
  return {
    attach: (context, handler) => attachShim(context, handler, { engine, random }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/**
 * Sends the WebAuthn requests of a browser context, or of one page only, to `handler`.
 * `engine`: what the documents run in; it decides what a second request does.
 */
export async function attachShim(
  target: BrowserContext | Page,
  handler: WebAuthnHandler,
  { engine, random = systemRandom }: { engine: BrowserEngine; random?: Random },
): Promise<BridgeSession> {
  const binding = `webauthn${toHex(random.bytes(16))}`; // a page cannot guess it
  const script = await initScript({ binding, showsUserActivation: engine !== 'firefox' });
  const session: ShimSession = new ShimSession(handler, {
    pending: new PendingRequests(engine),
    // The function stays exposed, because pending requests get their replies through it.
    async uninstall() {
      await installed.dispose();
      await inEveryFrame(target, (frame) => frame.evaluate(restoreDocument, binding));
    },
  });
  await target.exposeBinding(binding, ({ frame }, text: string) =>
    session.receive(documentInFrame(frame, binding), text),
  );
  const installed = await target.addInitScript(script);
  await inEveryFrame(target, (frame) => frame.evaluate(script));
  return session;
}

/** Runs `work` in the frames that exist now. A frame that is removed before that is ignored. */
async function inEveryFrame(target: BrowserContext | Page, work: (frame: Frame) => Promise<unknown>): Promise<void> {
  const pages = 'pages' in target ? target.pages() : [target];
  await Promise.allSettled(pages.flatMap((page) => page.frames()).map(work));
}

/** Runs in the page. */
const restoreDocument = (binding: string) =>
  (globalThis as unknown as Record<symbol, { restore(): void } | undefined>)[Symbol.for(binding)]?.restore();
