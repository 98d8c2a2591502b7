/**
 * Shows the prompt for a manual action at a real key over the pages of a browser context. It is drawn again every second, with
 * the time that is left, so that it also appears on new pages and above all content of the page.
 */
import type { BrowserContext } from 'playwright';
import { type Clock, systemClock } from '#base/clock.ts';
import { type Drawing, drawOver } from './overlay.ts';
import { drawPrompt, type PromptView } from './prompt-drawing.ts';

const intervalMs = 1000;

export class PromptOverlay {
  readonly #context: BrowserContext;
  readonly #clock: Clock;

  constructor(context: BrowserContext, clock: Clock = systemClock) {
    this.#context = context;
    this.#clock = clock;
  }

  /** Shows the prompt until the returned function is called. */
  show(view: PromptView): () => void {
    const hidden = new AbortController();
    void this.#drawRepeatedly(view, hidden.signal);
    return () => hidden.abort();
  }

  async #drawRepeatedly(view: PromptView, hidden: AbortSignal): Promise<void> {
    const startMs = this.#clock.monotonic();
    while (!hidden.aborted) {
      const elapsedMs = this.#clock.monotonic() - startMs;
      await this.#draw(drawPrompt(view, elapsedMs));
      const nextMs = intervalMs - ((this.#clock.monotonic() - startMs) % intervalMs);
      await this.#clock.sleep(nextMs, hidden).catch(() => undefined);
    }
    await this.#draw(undefined);
  }

  /** Draws on every page. Failures are ignored, because the prompt must not fail the run. */
  async #draw(drawing: Drawing | undefined): Promise<void> {
    const pages = this.#context.pages();
    await Promise.allSettled(pages.map((page) => drawOver(page, 'touchstone-prompt', drawing)));
  }
}
