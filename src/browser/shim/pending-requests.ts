/** The pending requests of a browser context. Browsers allow one for each page; the effect of a second one depends on the engine. */
import { WebAuthnError } from '#protocol/errors.ts';
import type { BrowserEngine } from '../bridge.ts';

/** Which of two requests ends, and with which error. */
interface SecondRequestRule {
  ends: 'first' | 'second';
  error(): WebAuthnError;
}

/** Observed on Chromium 156 and Firefox 153, where modal and conditional requests are alike; WebKit by its source. */
const secondRequestRules: Record<BrowserEngine, SecondRequestRule> = {
  chromium: { ends: 'second', error: () => new WebAuthnError('OperationError', 'A request is already pending.') },
  firefox: { ends: 'first', error: () => new WebAuthnError('AbortError', 'The operation was aborted. ') },
  webkit: {
    ends: 'first',
    error: () => new WebAuthnError('NotAllowedError', 'This request has been cancelled by a new request.'),
  },
};

interface PendingRequest {
  page: object;
  controller: AbortController;
}

export class PendingRequests {
  readonly #rule: SecondRequestRule;
  readonly #requests = new Map<string, PendingRequest>();

  constructor(engine: BrowserEngine) {
    this.#rule = secondRequestRules[engine];
  }

  /**
   * Adds a request and returns the controller that ends it.
   * @throws {WebAuthnError} when the page has a pending request and the engine refuses a second one.
   */
  add(requestId: string, page: object): AbortController {
    for (const [id, earlier] of this.#requests) {
      if (earlier.page !== page) continue;
      if (this.#rule.ends === 'second') throw this.#rule.error();
      this.end(id, this.#rule.error());
    }
    const controller = new AbortController();
    this.#requests.set(requestId, { page, controller });
    return controller;
  }

  /** Ends a request with `reason`. Does nothing when it has ended. */
  end(requestId: string, reason: Error): void {
    const request = this.#requests.get(requestId);
    this.#requests.delete(requestId);
    request?.controller.abort(reason);
  }

  /** Removes a request that has its result. */
  remove(requestId: string): void {
    this.#requests.delete(requestId);
  }

  endAll(reason: Error): void {
    for (const id of [...this.#requests.keys()]) this.end(id, reason);
  }
}
