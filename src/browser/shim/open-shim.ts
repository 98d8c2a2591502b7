/**
 * The shim route of the bridge: an init script in every document of a browser context sends the WebAuthn requests to Node.js
 * through a function that Playwright exposes. It works in every engine that Playwright drives, also over a remote connection.
 *
 * What a page can notice: `structuredClone` accepts a credential, and functions show `function () { [native code] }` without
 * their name. What the shim cannot do: an `iframe` has it from its first script on, not before.
 */
import type { Browser, BrowserContext, Frame } from 'playwright';
import { toHex } from '#base/bytes.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { Bridge } from '../bridge.ts';
import { engineOf } from '../launch.ts';
import { initScript } from './init-script.ts';
import { PendingRequests } from './pending-requests.ts';
import { ShimSession } from './shim-session.ts';

export async function openShimBridge(browser: Browser, random: Random = systemRandom): Promise<Bridge> {
  const engine = engineOf(browser);
  return {
    async attach(context, handler) {
      const binding = `webauthn${toHex(random.bytes(16))}`; // a page cannot guess it
      const script = await initScript({ binding, showsUserActivation: engine !== 'firefox' });
      const session: ShimSession = new ShimSession(handler, {
        binding,
        pending: new PendingRequests(engine),
        // The function stays exposed, because pending requests get their replies through it.
        async uninstall() {
          await installed.dispose();
          await inEveryFrame(context, (frame) => frame.evaluate(restoreDocument, binding));
        },
      });
      await context.exposeBinding(binding, ({ frame }, text: string) => session.receive(frame, text));
      const installed = await context.addInitScript(script);
      await inEveryFrame(context, (frame) => frame.evaluate(script));
      return session;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Runs `work` in the frames that exist now. A frame that goes away meanwhile needs it no more. */
async function inEveryFrame(context: BrowserContext, work: (frame: Frame) => Promise<unknown>): Promise<void> {
  const frames = context.pages().flatMap((page) => page.frames());
  await Promise.allSettled(frames.map(work));
}

/** Runs in the page. */
const restoreDocument = (binding: string) =>
  (globalThis as unknown as Record<symbol, { restore(): void } | undefined>)[Symbol.for(binding)]?.restore();
