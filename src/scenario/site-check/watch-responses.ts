/** The answers of a site: every request that the pages have sent, and pages that were answered with an error. */
import type { BrowserContext, Response } from 'playwright';

export interface SeenRequest {
  method: string;
  path: string;
  status: number;
}

/** The types of requests that pages use to get options and send credentials. */
const dataTypes = new Set(['fetch', 'xhr', 'document']);

export interface WatchedResponses extends Disposable {
  readonly seen: readonly SeenRequest[];
  /** @throws {Error} if the site has answered the page that is open with an error. */
  throwIfRefused(): void;
}

export function watchResponses(context: BrowserContext, origin: string): WatchedResponses {
  const seen: SeenRequest[] = [];
  let refused: SeenRequest | undefined;
  const add = (response: Response): void => {
    const request = response.request();
    const url = new URL(request.url());
    if (url.origin !== origin || !dataTypes.has(request.resourceType())) return;
    const answer = { method: request.method(), path: url.pathname, status: response.status() };
    seen.push(answer);
    if (isPage(response)) refused = answer.status >= 400 ? answer : undefined;
  };
  context.on('response', add);
  return {
    seen,
    throwIfRefused() {
      const answer = refused;
      refused = undefined;
      if (answer) throw new Error(`The site answered ${answer.method} ${answer.path} with status ${answer.status}`);
    },
    [Symbol.dispose]: () => void context.off('response', add),
  };
}

/** Whether the response is that of a tab or pop-up, not of an inline frame. Playwright throws for the first request of a tab that is being opened. */
function isPage(response: Response): boolean {
  const request = response.request();
  if (!request.isNavigationRequest()) return false;
  try {
    return request.frame().parentFrame() === null;
  } catch {
    return true;
  }
}
