/** The requests of the pages of a site: which are pending, and how the server answered those that the site file names. */
import type { Page, Request, Response } from 'playwright';
import type { Timeline } from '#result/timeline.ts';
import type { SiteRequests } from '../../language/site-definition.ts';
import type { SiteRequest } from '../../language/site-words.ts';
import { matchesRequest } from './path-pattern.ts';

/** The answer to a request that the site file names. */
export interface AnsweredRequest {
  status: number;
  durationMs: number;
}

/** Requests whose answers scripts act on, e.g. by showing another page. */
const scriptTypes = new Set(['fetch', 'xhr', 'script']);

/** Requests that stay open, or that are not part of what the page does for its user. */
const backgroundTypes = new Set(['eventsource', 'websocket', 'ping', 'media', 'beacon', 'cspviolationreport']);

/** Phases of the timings for the requests that a site file names. */
const phases = {
  options: 'rp-options',
  result: 'rp-verify',
  finish: 'rp-store',
  'sign-in-options': 'rp-options',
  'sign-in-result': 'rp-verify',
} as const;

export interface RequestLogOptions {
  origin: string;
  requests: SiteRequests;
  /** Records phases; absent if the relying party records them itself, which is more precise. */
  timeline?: Timeline | undefined;
}

export class RequestLog {
  /** Status of the last answer to a request that is not a GET request. */
  lastStatus: number | undefined;
  /** `performance.now()` of the last request. */
  lastRequestAt = 0;
  /** `performance.now()` of the end of the last request whose answer a script acts on. */
  lastScriptRequestEndedAt = Number.NEGATIVE_INFINITY;
  /** Number of registrations that the pages have started. */
  attempts = 0;
  readonly #options: RequestLogOptions;
  readonly #pending = new Set<Request>();
  readonly #started = new Map<Request, { at: number; end: (() => void) | undefined }>();
  readonly #answered = new Map<SiteRequest, AnsweredRequest>();

  constructor(options: RequestLogOptions) {
    this.#options = options;
  }

  /** Whether no request is pending that belongs to what the page does. */
  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** Whether the site file defines this request. */
  knows(name: SiteRequest): boolean {
    return this.#options.requests[name] !== undefined;
  }

  /** Returns the last answer to a request that the site file names. */
  answered(name: SiteRequest): AnsweredRequest | undefined {
    return this.#answered.get(name);
  }

  /** Whether the site has not yet answered a request that the site file names. */
  isPending(name: SiteRequest): boolean {
    return [...this.#started.keys()].some((request) => this.#nameOf(request) === name);
  }

  /** Whether the site has refused to return the options of the current attempt. */
  get wasRefused(): boolean {
    return (this.#answered.get('options')?.status ?? 0) >= 400;
  }

  /** A new ceremony begins: the answers about the credential of an earlier one no longer count. */
  beginCeremony(): void {
    this.attempts += 1;
    for (const name of ['result', 'finish', 'sign-in-result'] as const) this.#answered.delete(name);
  }

  /** Follows the requests of a page from now on. */
  follow(page: Page): void {
    page.on('request', (request) => this.#begin(request));
    page.on('requestfailed', (request) => this.#end(request));
    page.on('requestfinished', (request) => this.#end(request));
    page.on('response', (response) => this.#answer(response));
    // A request does not end if its page is left, so all requests are dropped together with their document.
    page.on('framenavigated', (frame) => frame === page.mainFrame() && this.#pending.clear());
  }

  #begin(request: Request): void {
    this.lastRequestAt = performance.now();
    if (!backgroundTypes.has(request.resourceType())) this.#pending.add(request);
    const name = this.#nameOf(request);
    if (name === undefined) return;
    if (name === 'options') this.#beginAttempt();
    const end = this.#options.timeline?.start(phases[name], `${request.method()} ${new URL(request.url()).pathname}`);
    this.#started.set(request, { at: performance.now(), end });
  }

  #beginAttempt(): void {
    this.#answered.clear();
    this.attempts += 1;
  }

  #end(request: Request): void {
    if (this.#pending.delete(request) && scriptTypes.has(request.resourceType()))
      this.lastScriptRequestEndedAt = performance.now();
    this.#started.get(request)?.end?.();
    this.#started.delete(request);
  }

  #answer(response: Response): void {
    const request = response.request();
    const name = this.#nameOf(request);
    const isOfSite = name !== undefined || new URL(request.url()).origin === this.#options.origin;
    if (isOfSite && request.method() !== 'GET') this.lastStatus = response.status();
    const started = this.#started.get(request);
    if (name && started)
      this.#answered.set(name, { status: response.status(), durationMs: performance.now() - started.at });
  }

  #nameOf(request: Request): SiteRequest | undefined {
    const { requests, origin } = this.#options;
    const names = Object.keys(requests) as SiteRequest[];
    return names.find((name) => matchesRequest(requests[name] ?? '', request.method(), request.url(), origin));
  }
}
