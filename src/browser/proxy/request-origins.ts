/**
 * The frames of a browser context that may have made a WebAuthn request, by origin.
 *
 * The proxy API reports the caller's origin but not its frame, and does not report that the frame went away (observed: after a
 * reload or a closed page the request stays pending forever). So a request belongs to every frame of its origin that exists
 * when the request arrives, and ends when all of them are gone. A navigation of a subframe alone is not detected.
 */
import type { BrowserContext, Frame, Page } from 'playwright';

interface Watch {
  frames: Set<Frame>;
  onGone(): void;
}

export class RequestOrigins {
  readonly #context: BrowserContext;
  readonly #watches = new Set<Watch>();

  private constructor(context: BrowserContext) {
    this.#context = context;
  }

  /** Observes the present and future pages of `context`. */
  static async observe(context: BrowserContext): Promise<RequestOrigins> {
    const origins = new RequestOrigins(context);
    context.on('page', (page) => void origins.#observePage(page));
    await Promise.all(context.pages().map((page) => origins.#observePage(page)));
    return origins;
  }

  /** Returns the top-level origin above the subframes of `origin`, or undefined when there are several. */
  topOriginOf(origin: string): string | undefined {
    const subframes = this.#framesOf(origin).filter((frame) => frame.parentFrame() !== null);
    const candidates = new Set(subframes.map((frame) => originOf(frame.page().url())));
    return candidates.size === 1 ? [...candidates][0] : undefined;
  }

  /** Calls `onGone` once all current frames of `origin` are gone. The returned function stops the watch. */
  whenGone(origin: string, onGone: () => void): () => void {
    const watch = { frames: new Set(this.#framesOf(origin)), onGone };
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  #framesOf(origin: string): Frame[] {
    const frames = this.#context.pages().flatMap((page) => page.frames());
    return frames.filter((frame) => originOf(frame.url()) === origin);
  }

  async #observePage(page: Page): Promise<void> {
    page.on('framedetached', (frame) => this.#removeFrames((candidate) => candidate === frame));
    page.on('close', () => this.#removeFrames((candidate) => candidate.page() === page));
    try {
      const cdp = await this.#context.newCDPSession(page);
      // Playwright's own `framenavigated` also fires for pushState and fragments, which keep the document.
      cdp.on('Page.frameNavigated', ({ frame }) => {
        if (frame.parentId === undefined) this.#removeFrames((candidate) => candidate === page.mainFrame());
      });
      await cdp.send('Page.enable');
    } catch (error) {
      if (!page.isClosed()) throw error;
    }
  }

  #removeFrames(isGone: (frame: Frame) => boolean): void {
    for (const watch of [...this.#watches]) {
      const before = watch.frames.size;
      for (const frame of watch.frames) if (isGone(frame)) watch.frames.delete(frame);
      if (before > 0 && watch.frames.size === 0) {
        this.#watches.delete(watch);
        watch.onGone();
      }
    }
  }
}

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);
