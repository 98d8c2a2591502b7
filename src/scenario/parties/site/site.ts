/**
 * The web site as a person uses it: pages, buttons, fields by their names. What stands where on the reference portal is
 * `reference-portal.ts`; this class owns the tab, waiting, and what can be seen.
 */
import type { Locator, Page, Request } from 'playwright';
import type { Timeline } from '#result/timeline.ts';

const pollMs = 25;
/** How long a page may think before it reacts to the end of a ceremony. */
const reactionMs = 2_000;

type Role = 'button' | 'link' | 'textbox' | 'radio' | 'heading';

export class Site {
  readonly origin: string;
  /** Status of the last answer to something the page sent. */
  lastStatus: number | undefined;
  #page: Page;
  readonly #timeline: Timeline;
  readonly #onTheirWay = new Set<Request>();
  #lastSentAt = 0;

  constructor(page: Page, origin: string, timeline: Timeline) {
    this.origin = origin;
    this.#timeline = timeline;
    this.#page = this.#watched(page);
  }

  /** The tab; a new one when the last was closed. */
  async page(): Promise<Page> {
    if (this.#page.isClosed()) this.#page = this.#watched(await this.#page.context().newPage());
    return this.#page;
  }

  /** Measures what the site and the page need for one action. */
  act<T>(label: string, action: (page: Page) => Promise<T>): Promise<T> {
    return this.#timeline.measure('page', async () => action(await this.page()), label);
  }

  open(path: string): Promise<void> {
    return this.act(`open ${path}`, async (page) => {
      await page.goto(new URL(path, this.origin).href);
    });
  }

  /** Loads the page anew. A tab that is just changing its page takes no command, so the change is awaited first. */
  async reload(): Promise<void> {
    await this.settle();
    await this.act('reload', (page) => page.reload());
  }

  /** To the page before, once the present one has come. */
  async goBack(): Promise<void> {
    await this.settle();
    await this.act('go back', (page) => page.goBack());
  }

  press(name: string | RegExp, role: Role, signal: AbortSignal): Promise<void> {
    return this.act(`press ${name}`, async (page) =>
      (await reachable(page.getByRole(role, { name, exact: true }), signal)).click(),
    );
  }

  type(label: string, text: string, signal: AbortSignal): Promise<void> {
    return this.act(`type ${label}`, async (page) =>
      (await reachable(page.getByLabel(label, { exact: true }), signal)).fill(text),
    );
  }

  /** Waits until one of `texts` is on the page and says which. */
  async whichAppears<T extends string>(texts: Record<T, string>, signal: AbortSignal): Promise<T> {
    const page = await this.page();
    const entries = Object.entries(texts) as [T, string][];
    const places = entries.map(([, text]) => page.getByText(text).filter({ visible: true }));
    await reachable(places.reduce((all, place) => all.or(place)).first(), signal);
    for (const [index, [key]] of entries.entries()) if ((await places[index]!.count()) > 0) return key;
    return this.whichAppears(texts, signal); // it vanished again: another page is coming
  }

  /**
   * Waits until the page's text contains `text`, both normalised by `plain`.
   * @throws {Error} with what the page says instead.
   */
  async whenShows(text: string, plain: (text: string) => string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { says } = await this.observe();
      if (plain(says).includes(plain(text))) return;
      if (signal.aborted)
        throw new Error(`the page does not say ${JSON.stringify(text)}; it says ${JSON.stringify(says.slice(0, 300))}`);
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
   * Waits until the page has come to rest: loaded, nothing on its way to the server, and - where a ceremony ended at
   * `reactsTo` (`performance.now()`) - the page has told its server what came of it, or had time enough to.
   */
  async settle(reactsTo?: number): Promise<void> {
    const giveUpAt = performance.now() + reactionMs;
    while (!this.#page.isClosed()) {
      const reacted = reactsTo === undefined || this.#lastSentAt > reactsTo || performance.now() > giveUpAt;
      if (reacted && this.#onTheirWay.size === 0) return void (await this.#page.waitForLoadState());
      await this.#page.waitForTimeout(pollMs);
    }
  }

  /** Leaves the site, so that nothing of it runs on when its server stops. */
  async leave(): Promise<void> {
    if (!this.#page.isClosed()) await this.#page.goto('about:blank');
  }

  async observe(): Promise<{ says: string; title: string; url: string }> {
    if (this.#page.isClosed()) return { says: '', title: '', url: '' };
    // biome-ignore lint/performance/useDomNodeTextContent: what people see, without the hidden panels
    const says = await this.#page.locator('body').innerText();
    return { says, title: await this.#page.title(), url: new URL(this.#page.url()).pathname };
  }

  #watched(page: Page): Page {
    page.on('request', (request) => {
      this.#lastSentAt = performance.now();
      this.#onTheirWay.add(request);
    });
    // A request whose page is left never ends: with its document it is forgotten.
    page.on('framenavigated', (frame) => frame === page.mainFrame() && this.#onTheirWay.clear());
    page.on('requestfailed', (request) => this.#onTheirWay.delete(request));
    page.on('requestfinished', (request) => this.#onTheirWay.delete(request));
    page.on('response', (response) => {
      if (response.request().method() === 'POST') this.lastStatus = response.status();
    });
    return page;
  }
}

/** The element once it is visible. @throws {Error} naming it when the signal aborts first. */
async function reachable(locator: Locator, signal: AbortSignal): Promise<Locator> {
  const visible = locator.waitFor({ state: 'visible', timeout: 0 });
  let giveUp = () => {};
  const gaveUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Error(`${locator} did not appear`, { cause: signal.reason }));
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    await Promise.race([visible, gaveUp]);
    return locator;
  } finally {
    signal.removeEventListener('abort', giveUp);
    visible.catch(() => {}); // rejects when the page closes after we gave up
  }
}
