/** The frame that made a request: whether it is what the document says, what its policy allows, and when its document is gone. */
import type { Frame, Request } from 'playwright';
import type { CallingFrame } from '../webauthn-handler.ts';
import type { SendingDocument } from './messages.ts';

/** Returns the caller of a request. Sections 5.8.1 and 5.10: crossOrigin counts every ancestor. */
export function callerOf({ origin, ancestorOrigins }: SendingDocument): CallingFrame {
  const crossOrigin = ancestorOrigins.some((ancestor) => ancestor !== origin);
  const topOrigin = ancestorOrigins.at(-1);
  return { origin, crossOrigin, ...(crossOrigin && topOrigin !== undefined && { topOrigin }) };
}

/**
 * Returns whether `origin` can be the origin of `frame`. Playwright may learn the address of a frame after its first request
 * (observed in Firefox), so an address that does not fit is read again from the document. A document without an address of
 * its own, such as `about:srcdoc`, inherits its origin, and a sandbox makes it opaque: both are believed.
 */
export async function isOriginOf(frame: Frame, origin: string): Promise<boolean> {
  if (origin === 'null' || isSameOrInherited(frame.url(), origin)) return true;
  const address = await frame.evaluate(() => location.href);
  return isSameOrInherited(address, origin);
}

function isSameOrInherited(address: string, origin: string): boolean {
  if (!URL.canParse(address)) return true;
  const url = new URL(address);
  return url.protocol === 'about:' || url.origin === origin;
}

/**
 * Calls `onGone` once the document is gone: another one has replaced it in its frame, or the frame is gone. The returned
 * function ends the watch. `binding` is the name of the symbol of the shim in a document.
 */
export function watchDocument(
  frame: Frame,
  { documentId, binding }: { documentId: string; binding: string },
  onGone: () => void,
): () => void {
  const page = frame.page();
  /** What the frame has requested last for a new document. */
  let requested: string | undefined;
  const onRequest = (request: Request) => {
    if (isNavigationOf(request, frame)) requested = withoutFragment(request.url());
  };
  const onNavigated = async (navigated: Frame) => {
    if (navigated !== frame) return;
    if (requested === withoutFragment(frame.url())) return onGone();
    // Also pushState and fragments are navigations of Playwright, and they keep the document. A document that loads answers late.
    const current = await frame.evaluate(documentIdIn, binding).catch(() => undefined);
    if (current !== documentId) onGone();
  };
  const onDetached = (detached: Frame) => {
    if (detached === frame) onGone();
  };
  page.on('request', onRequest);
  page.on('framenavigated', onNavigated);
  page.on('framedetached', onDetached);
  page.on('close', onGone);
  page.on('crash', onGone);
  return () => {
    page.off('request', onRequest);
    page.off('framenavigated', onNavigated);
    page.off('framedetached', onDetached);
    page.off('close', onGone);
    page.off('crash', onGone);
  };
}

function isNavigationOf(request: Request, frame: Frame): boolean {
  try {
    return request.isNavigationRequest() && request.frame() === frame;
  } catch {
    return false; // the frame of the request does not exist yet
  }
}

const withoutFragment = (url: string): string => url.replace(/#.*$/, '');

/** Runs in the page. */
const documentIdIn = (binding: string) =>
  (globalThis as unknown as Record<symbol, { documentId: string } | undefined>)[Symbol.for(binding)]?.documentId;
