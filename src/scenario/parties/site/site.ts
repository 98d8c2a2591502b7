/**
 * The web site as a user sees it: pages, buttons and fields by their labels. This class is responsible for the tab, for waiting, and
 * for reading what the page shows. `reference-portal.ts` knows the pages of the reference portal.
 */
import type { Locator, Page, Request } from 'playwright';
import { abortable } from '#base/async.ts';
import type { Timeline } from '#result/timeline.ts';

const pollMs = 25;
/** How long the page has to react to the end of a ceremony. */
const reactionMs = 2_000;

type Role = 'button' | 'link' | 'textbox' | 'radio' | 'heading';

export class Site {
  readonly origin: string;
  /** Status of the last response to a POST request. */
  lastStatus: number | undefined;
  #page: Page;
  readonly #timeline: Timeline;
  readonly #pendingRequests = new Set<Request>();
  #lastRequestAt = 0;

  constructor(page: Page, origin: string, timeline: Timeline) {
    this.origin = origin;
    this.#timeline = timeline;
    this.#page = this.#observeRequests(page);
  }

  /** Returns the tab; opens a new one if it was closed. */
  async page(): Promise<Page> {
    if (this.#page.isClosed()) this.#page = this.#observeRequests(await this.#page.context().newPage());
    return this.#page;
  }

  /** Runs `action` and measures its time as time of the page. */
  act<T>(label: string, action: (page: Page) => Promise<T>): Promise<T> {
    return this.#timeline.measure('page', async () => action(await this.page()), label);
  }

  open(path: string): Promise<void> {
    return this.act(`open ${path}`, async (page) => {
      await page.goto(new URL(path, this.origin).href);
    });
  }

  /** Reloads the page. Waits for a navigation in progress first, because the tab takes no command during it. */
  async reload(): Promise<void> {
    await this.settle();
    await this.act('reload', (page) => page.reload());
  }

  /** Goes back to the previous page, after the current one has loaded. */
  async goBack(): Promise<void> {
    await this.settle();
    await this.act('go back', (page) => page.goBack());
  }

  press(name: string | RegExp, role: Role, signal: AbortSignal): Promise<void> {
    return this.act(`press ${name}`, async (page) =>
      (await whenVisible(page.getByRole(role, { name, exact: true }), signal)).click(),
    );
  }

  type(label: string, text: string, signal: AbortSignal): Promise<void> {
    return this.act(`type ${label}`, async (page) =>
      (await whenVisible(page.getByLabel(label, { exact: true }), signal)).fill(text),
    );
  }

  /** Waits until the page shows one of `texts`. Returns its key. */
  async whichAppears<T extends string>(texts: Record<T, string>, signal: AbortSignal): Promise<T> {
    const page = await this.page();
    const places = (Object.entries(texts) as [T, string][]).map(([key, text]) => ({
      key,
      locator: page.getByText(text).filter({ visible: true }),
    }));
    const anyOfThem = places.map(({ locator }) => locator).reduce((all, locator) => all.or(locator));
    await whenVisible(anyOfThem.first(), signal);
    for (const { key, locator } of places) if ((await locator.count()) > 0) return key;
    return this.whichAppears(texts, signal); // it has disappeared: another page is loading
  }

  /**
   * Waits until the text of the page contains `text`, both normalized by `normalize`.
   * @throws {Error} if `signal` aborts first; the message contains the text of the page.
   */
  async waitForText(text: string, normalize: (text: string) => string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { says } = await this.observe();
      if (normalize(says).includes(normalize(text))) return;
      if (signal.aborted)
        throw new Error(
          `The page does not contain ${JSON.stringify(text)}; it contains ${JSON.stringify(says.slice(0, 300))}`,
        );
      await this.#page.waitForTimeout(pollMs);
    }
  }

  async isAt(path: string): Promise<boolean> {
    return new URL((await this.page()).url()).pathname === path;
  }

  async closeTab(): Promise<void> {
    await this.#page.close();
  }

  screenshot(): Promise<Buffer> {
    return this.page().then((page) => page.screenshot());
  }

  /**
   * Waits until the page is idle: loaded, no request pending, and - if a ceremony ended at `ceremonyEndedAt` (`performance.now()`) -
   * the page has reported the outcome to its server, or its time to do so is over.
   */
  async settle(ceremonyEndedAt?: number): Promise<void> {
    const deadline = performance.now() + reactionMs;
    while (!this.#page.isClosed()) {
      const hasReacted =
        ceremonyEndedAt === undefined || this.#lastRequestAt > ceremonyEndedAt || performance.now() > deadline;
      if (hasReacted && this.#pendingRequests.size === 0) return void (await this.#page.waitForLoadState());
      await this.#page.waitForTimeout(pollMs);
    }
  }

  /** Leaves the site, so that no script of it runs after its server has stopped. */
  async leave(): Promise<void> {
    if (!this.#page.isClosed()) await this.#page.goto('about:blank');
  }

  async observe(): Promise<{ says: string; title: string; url: string }> {
    if (this.#page.isClosed()) return { says: '', title: '', url: '' };
    // biome-ignore lint/performance/useDomNodeTextContent: the visible text, without hidden panels
    const says = await this.#page.locator('body').innerText();
    return { says, title: await this.#page.title(), url: new URL(this.#page.url()).pathname };
  }

  #observeRequests(page: Page): Page {
    page.on('request', (request) => {
      this.#lastRequestAt = performance.now();
      this.#pendingRequests.add(request);
    });
    // A request does not end if its page is left, so all requests are dropped together with their document.
    page.on('framenavigated', (frame) => frame === page.mainFrame() && this.#pendingRequests.clear());
    page.on('requestfailed', (request) => this.#pendingRequests.delete(request));
    page.on('requestfinished', (request) => this.#pendingRequests.delete(request));
    page.on('response', (response) => {
      if (response.request().method() === 'POST') this.lastStatus = response.status();
    });
    return page;
  }
}

/** Waits until the element is visible, and returns its locator. @throws {Error} naming it if `signal` aborts first. */
async function whenVisible(locator: Locator, signal: AbortSignal): Promise<Locator> {
  try {
    signal.throwIfAborted();
    await abortable(locator.waitFor({ state: 'visible', timeout: 0 }), signal);
    return locator;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new Error(`The page does not show ${locator}`, { cause: error });
  }
}
