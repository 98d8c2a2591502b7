/** What goes wrong in the pages of a site, for the message of a failure: script errors, error messages of the console, and failed requests. */
import type { ConsoleMessage, Page, Request, Response } from 'playwright';

/** Requests whose failure stops what the page does for its user. */
const dataTypes = new Set(['document', 'fetch', 'xhr']);
/** A page that is left cancels its requests. */
const cancelled = /ERR_ABORTED|NS_BINDING_ABORTED|cancelled/i;
/** The console repeats the problems of the answers. */
const aboutRequest = /^Failed to load resource/;
const maxProblems = 3;
const maxLength = 200;

export class PageProblems {
  readonly #origin: string;
  #texts: string[] = [];

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The last problems since the last action on a page, each in one line. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** The user acts on the page: earlier problems are not consequences of it. */
  begin(): void {
    this.#texts = [];
  }

  /** Follows a page from now on. */
  follow(page: Page): void {
    page.on('pageerror', (error) => this.#add(`A script failed: ${error.name}: ${error.message}`));
    page.on('console', (message) => this.#addMessage(message));
    page.on('requestfailed', (request) => this.#addFailure(request));
    page.on('response', (response) => this.#addAnswer(response));
  }

  #addMessage(message: ConsoleMessage): void {
    const text = message.text();
    if (message.type() === 'error' && !aboutRequest.test(text)) this.#add(`The console says: ${text}`);
  }

  #addFailure(request: Request): void {
    const reason = request.failure()?.errorText ?? '';
    if (this.#isOfSite(request) && !cancelled.test(reason)) this.#add(`${nameOf(request)} failed: ${reason}`);
  }

  #addAnswer(response: Response): void {
    const request = response.request();
    const status = response.status();
    if (status >= 400 && this.#isOfSite(request)) this.#add(`${nameOf(request)} was answered with status ${status}`);
  }

  #isOfSite(request: Request): boolean {
    return dataTypes.has(request.resourceType()) && new URL(request.url()).origin === this.#origin;
  }

  #add(text: string): void {
    const line = text.replace(/\s+/g, ' ').trim();
    const short = line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
    this.#texts = [...this.#texts.filter((one) => one !== short), short].slice(-maxProblems);
  }
}

const nameOf = (request: Request): string => `${request.method()} ${new URL(request.url()).pathname}`;
