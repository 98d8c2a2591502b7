/**
 * The web site from the view of a user: its tabs, and what the page shows. This class is responsible for the tab, for waiting, and for
 * reading. `site-flow.ts` performs each part of the registration flow as the site file describes it.
 */

import type { Page } from 'playwright';
import { abortable } from '#base/async.ts';
import { systemClock } from '#base/clock.ts';
import { goTo } from '#browser/go-to.ts';
import { readVisibleText } from '#browser/page-text.ts';
import type { Timeline } from '#result/timeline.ts';
import type { PageLocator } from '../../language/schema/locator.ts';
import { findElement, type Scope } from './find-element.ts';
import { actOnPage, isNavigation } from './page-navigation.ts';
import { PageProblems } from './page-problems.ts';
import type { RequestLog } from './request-log.ts';

const pollMs = 25;
/** How long the page has to react to the end of a ceremony. */
const reactionMs = 2_000;
/** How long requests may be pending after that. A page may keep some open for ever. */
const idleMs = 5_000;
/** Time that the scripts of a page get after an answer, e.g. to show another page. */
const scriptMs = 100;
/** How long the page has to start what an action causes. */
const actionMs = 50;
/** How long a frame may be loading when it is read; it is read again after that. */
const frameReadMs = 1_000;
/** How often a page is read that is left while it is read. */
const maxReads = 5;

export interface SiteParts {
  page: Page;
  /** Address of the site. */
  url: string;
  timeline: Timeline;
  requests: RequestLog;
}

export class Site {
  readonly url: string;
  readonly requests: RequestLog;
  readonly problems: PageProblems;
  /** Called when an element was found, right before the user acts on it: what the page shows now may disappear. */
  onAction: (() => Promise<unknown>) | undefined;
  /** Called before the user leaves the page for another one. */
  onLeave: (() => Promise<void>) | undefined;
  /** The inline frame that the steps are in; undefined for the page itself. */
  frame: PageLocator | undefined;
  /** The open tabs; the last one is the current one. */
  readonly #tabs: Page[];
  readonly #timeline: Timeline;
  /** `performance.now()` of the end of the last action. */
  #actedAt = Number.NEGATIVE_INFINITY;

  constructor({ page, url, timeline, requests }: SiteParts) {
    this.url = url;
    this.requests = requests;
    this.#timeline = timeline;
    this.problems = new PageProblems(this.origin);
    this.#tabs = [];
    this.#add(page);
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  /** Path of the page in the current tab. */
  get path(): string {
    return new URL(this.#newest.url()).pathname;
  }

  /** Returns the current tab: the newest one that is open. Opens a new tab if all are closed. */
  async page(): Promise<Page> {
    const open = this.#open;
    if (open) return open;
    const page = await this.#newest.context().newPage();
    this.#add(page);
    return page;
  }

  /** Returns where the steps find elements: the frame that they are in, or the page. */
  scopeOf(page: Page): Scope {
    return this.frame ? findElement(page, this.frame).contentFrame() : page;
  }

  /** Runs `action` and measures its time as time of the page. */
  act<T>(label: string, action: (page: Page) => Promise<T>): Promise<T> {
    return this.#timeline.measure(
      'page',
      async () => {
        try {
          return await action(await this.page());
        } finally {
          this.#actedAt = systemClock.monotonic();
        }
      },
      label,
    );
  }

  /**
   * Whether the page has done what it does by itself after the last action: no request is pending, and its scripts had time to act on the
   * answers. Pages that redirect with a script show the next page only then.
   */
  get isIdle(): boolean {
    const { isIdle, lastScriptRequestEndedAt } = this.requests;
    const now = systemClock.monotonic();
    if (now - this.#actedAt > idleMs) return true;
    return isIdle && now - lastScriptRequestEndedAt >= scriptMs && now - this.#actedAt >= actionMs;
  }

  /** The user acts on what the page shows now. */
  async beginAction(): Promise<void> {
    await this.onAction?.();
    this.problems.begin();
  }

  /** Opens a path of the site, or a whole URL. */
  async open(path: string): Promise<void> {
    await this.onLeave?.();
    await this.beginAction();
    return this.act(`open ${path}`, (page) => goTo(page, new URL(path, this.url).href));
  }

  /** Runs `action`, and waits for the tab or pop-up that it opens. The next actions are in it. */
  async inNewTab(action: (page: Page) => Promise<void>, signal: AbortSignal): Promise<void> {
    const opener = await this.page();
    const opened = opener.waitForEvent('popup', { timeout: 0 });
    opened.catch(() => undefined); // the opener was closed
    await action(opener);
    const page = await abortable(opened, signal);
    this.#add(page);
    await page.waitForLoadState();
  }

  /** Reloads the page. Waits for a navigation in progress first, because the tab takes no command during it. */
  async reload(): Promise<void> {
    await this.onLeave?.();
    await this.settle();
    await this.act('reload', (page) => page.reload());
  }

  /** Goes back to the previous page, after the current one has loaded. */
  async goBack(): Promise<void> {
    await this.onLeave?.();
    await this.settle();
    await this.act('go back', (page) => page.goBack());
  }

  async closeTab(): Promise<void> {
    await this.#newest.close();
  }

  /**
   * Waits until the text of the page contains `text`, both normalized by `normalize`.
   * @throws {Error} if `signal` aborts first.
   */
  async waitForText(text: string, normalize: (text: string) => string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const says = await this.#readScope();
      if (normalize(says).includes(normalize(text))) return;
      if (signal.aborted) throw new Error(`The page does not contain ${JSON.stringify(text)}`);
      await systemClock.sleep(pollMs);
    }
  }

  /** Waits until `condition` returns a value, and returns it. @throws {Error} what `explain` returns, if `signal` aborts first. */
  async until<T>(
    condition: (page: Page) => Promise<T | undefined>,
    signal: AbortSignal,
    explain: () => Error,
  ): Promise<T> {
    for (;;) {
      const page = await this.page();
      const found = await condition(page);
      if (found !== undefined) return found;
      if (signal.aborted) throw explain();
      await systemClock.sleep(pollMs);
    }
  }

  screenshot(): Promise<Buffer> {
    return this.page().then((page) => page.screenshot());
  }

  /**
   * Waits until the page is idle: loaded, no request pending, and - if a ceremony ended at `ceremonyEndedAt` (`performance.now()`) -
   * the page has reported the outcome to its server, or its time to do so is over.
   */
  async settle(ceremonyEndedAt?: number): Promise<void> {
    const now = systemClock.monotonic();
    const { requests } = this;
    for (let page = this.#open; page; page = this.#open) {
      const waitedMs = systemClock.monotonic() - now;
      const hasReacted =
        ceremonyEndedAt === undefined || requests.lastRequestAt > ceremonyEndedAt || waitedMs > reactionMs;
      if (hasReacted && (requests.isIdle || waitedMs > idleMs)) return await this.#load(page);
      await systemClock.sleep(pollMs);
    }
  }

  /** Waits until the page is idle, also its scripts. */
  async whenIdle(): Promise<void> {
    while (this.#open && !this.isIdle) await systemClock.sleep(pollMs);
  }

  /** Leaves the site, so that no script of it runs after its server has stopped. */
  async leave(): Promise<void> {
    const [first, ...others] = this.#tabs.filter((tab) => !tab.isClosed());
    for (const tab of others) await tab.close();
    if (first) await goTo(first, 'about:blank');
  }

  /** Returns what the page shows. If the page navigates during that, it is read again. */
  async observe(): Promise<{ says: string; title: string; url: string }> {
    for (let attempt = 1; ; attempt++) {
      const page = this.#open;
      if (!page) return { says: '', title: '', url: '' };
      try {
        const says = await readVisibleText(page.mainFrame());
        return { says, title: await page.title(), url: new URL(page.url()).pathname };
      } catch (error) {
        if (attempt === maxReads || !isNavigation(error)) throw error;
        await this.#load(page);
      }
    }
  }

  /** Waits until a page that is being left has loaded, or its tab is closed. */
  async #load(page: Page): Promise<void> {
    await actOnPage(() => page.waitForLoadState());
  }

  /** Returns the text of the frame that the steps are in, or of the page. */
  async #readScope(): Promise<string> {
    const page = this.#open;
    if (!this.frame || !page) return (await this.observe()).says;
    try {
      const body = await this.scopeOf(page).locator('body').elementHandle({ timeout: frameReadMs });
      const frame = await body?.ownerFrame();
      return frame ? await readVisibleText(frame) : '';
    } catch {
      return ''; // the frame is loading
    }
  }

  get #open(): Page | undefined {
    return this.#tabs.findLast((tab) => !tab.isClosed());
  }

  get #newest(): Page {
    return this.#open ?? (this.#tabs.at(-1) as Page);
  }

  #add(page: Page): void {
    this.#tabs.push(page);
    this.requests.follow(page);
    this.problems.follow(page);
  }
}
