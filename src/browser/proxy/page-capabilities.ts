/**
 * What `PublicKeyCredential.getClientCapabilities()` of a page reports on the proxy route. Chromium reports what it can do by
 * itself, also while it proxies (observed on Chromium 156): conditional create(), which then arrives as an ordinary request,
 * and signal methods, which do not arrive. The function is therefore replaced by one that reports only what reaches the handler.
 */
import type { BrowserContext } from 'playwright';
import { toHex } from '#base/bytes.ts';
import { type Random, systemRandom } from '#base/random.ts';
import type { ClientCapabilities, WebAuthnHandler } from '../webauthn-handler.ts';

/** Requests that Chromium does not proxy, or proxies as ordinary ones. */
const neverProxied = [
  'conditionalCreate',
  'conditionalGet',
  'immediateGet',
  'signalAllAcceptedCredentials',
  'signalCurrentUserDetails',
  'signalUnknownCredential',
];

/** Replaces the function in every document of `context`. `currentHandler` returns undefined when the bridge is closed. */
export async function limitPageCapabilities(
  context: BrowserContext,
  currentHandler: () => WebAuthnHandler | undefined,
  random: Random = systemRandom,
): Promise<void> {
  const binding = `webauthn${toHex(random.bytes(16))}`; // a page cannot guess it
  await context.exposeBinding(binding, () => readLimits(currentHandler()));
  await context.addInitScript(installLimits, binding);
  const frames = context.pages().flatMap((page) => page.frames());
  await Promise.allSettled(frames.map((frame) => frame.evaluate(installLimits, binding)));
}

/**
 * Returns the capabilities that the handler determines. Chromium fetches the document of a related origin before it proxies the
 * request, and the handler checks the RP ID again.
 */
async function readLimits(handler: WebAuthnHandler | undefined): Promise<ClientCapabilities> {
  if (!handler) return {};
  const capabilities = (await handler.getClientCapabilities?.()) ?? {};
  const extensions = Object.entries(capabilities).filter(([name]) => name.startsWith('extension:'));
  return {
    ...Object.fromEntries(neverProxied.map((name) => [name, false])),
    relatedOrigins: capabilities.relatedOrigins === true,
    ...Object.fromEntries(extensions),
  };
}

/** Runs in the page. A capability is reported if Chromium has it and no limit excludes it. */
function installLimits(binding: string): void {
  const scope = globalThis as unknown as Record<string, (() => Promise<Record<string, boolean>>) | undefined>;
  const readLimits = scope[binding];
  delete scope[binding];
  const native = globalThis.PublicKeyCredential?.getClientCapabilities; // only in a secure context
  if (!native || !readLimits) return;
  const { getClientCapabilities } = {
    async getClientCapabilities() {
      const [reported, limits] = await Promise.all([native.call(PublicKeyCredential), readLimits()]);
      const listsExtensions = Object.keys(limits).some((name) => name.startsWith('extension:'));
      const isCarried = (name: string) => limits[name] ?? !(listsExtensions && name.startsWith('extension:'));
      return Object.fromEntries(Object.entries(reported).map(([name, value]) => [name, value && isCarried(name)]));
    },
  };
  Object.defineProperty(PublicKeyCredential, 'getClientCapabilities', { value: getClientCapabilities });
}
