/**
 * Who in a browser context may have made a request of a given origin, as the browser's frame tree tells it.
 *
 * The proxy door names the caller's origin but not its frame, and does not say when that frame goes away (found: a reload or
 * a closed page leaves the request pending for ever). So a request belongs to every frame of its origin that was there when
 * it came, and is given up once all of them have left their document. A subframe that navigates by itself goes unnoticed.
 */
import type { BrowserContext, Frame, Page } from 'playwright';

interface Watch {
  frames: Set<Frame>;
  onLeft(): void;
}

export class RequestOrigins {
  readonly #context: BrowserContext;
  readonly #watches = new Set<Watch>();

  private constructor(context: BrowserContext) {
    this.#context = context;
  }

  static async of(context: BrowserContext): Promise<RequestOrigins> {
    const callers = new RequestOrigins(context);
    context.on('page', (page) => void callers.#follow(page));
    await Promise.all(context.pages().map((page) => callers.#follow(page)));
    return callers;
  }

  /** The top-level origin over the cross-origin frames of `origin`, or undefined when pages of several origins could be meant. */
  topOriginOf(origin: string): string | undefined {
    const subframes = this.#framesOf(origin).filter((frame) => frame.parentFrame() !== null);
    const candidates = new Set(subframes.map((frame) => originOf(frame.page().url())));
    return candidates.size === 1 ? [...candidates][0] : undefined;
  }

  /** Calls `onLeft` once every frame that may have asked is gone; the returned function ends the watch. */
  whenGone(origin: string, onLeft: () => void): () => void {
    const watch = { frames: new Set(this.#framesOf(origin)), onLeft };
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  #framesOf(origin: string): Frame[] {
    const frames = this.#context.pages().flatMap((page) => page.frames());
    return frames.filter((frame) => originOf(frame.url()) === origin);
  }

  async #follow(page: Page): Promise<void> {
    page.on('framedetached', (frame) => this.#left((candidate) => candidate === frame));
    page.on('close', () => this.#left((candidate) => candidate.page() === page));
    try {
      const cdp = await this.#context.newCDPSession(page);
      // Playwright's own `framenavigated` also fires for pushState and fragments, which leave nothing.
      cdp.on('Page.frameNavigated', ({ frame }) => {
        if (frame.parentId === undefined) this.#left((candidate) => candidate === page.mainFrame());
      });
      await cdp.send('Page.enable');
    } catch (error) {
      if (!page.isClosed()) throw error;
    }
  }

  #left(isGone: (frame: Frame) => boolean): void {
    for (const watch of [...this.#watches]) {
      const before = watch.frames.size;
      for (const frame of watch.frames) if (isGone(frame)) watch.frames.delete(frame);
      if (before > 0 && watch.frames.size === 0) {
        this.#watches.delete(watch);
        watch.onLeft();
      }
    }
  }
}

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);
