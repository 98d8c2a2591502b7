/**
 * What a person at a real key is asked, over the page that they watch. Drawn anew every second: with the time that is left, above
 * whatever came meanwhile, and on the next page too.
 */
import type { BrowserContext } from 'playwright';
import { type Clock, systemClock } from '#base/clock.ts';
import { type Drawing, drawOver } from './overlay.ts';
import { drawPrompt, type PromptView } from './prompt-drawing.ts';

const everyMs = 1000;

export class PromptOverlay {
  readonly #context: BrowserContext;
  readonly #clock: Clock;

  constructor(context: BrowserContext, clock: Clock = systemClock) {
    this.#context = context;
    this.#clock = clock;
  }

  /** Shows it until the function that is returned is called. */
  show(view: PromptView): () => void {
    const over = new AbortController();
    void this.#keepDrawing(view, over.signal);
    return () => over.abort();
  }

  async #keepDrawing(view: PromptView, over: AbortSignal): Promise<void> {
    const since = this.#clock.monotonic();
    while (!over.aborted) {
      const elapsedMs = this.#clock.monotonic() - since;
      await this.#draw(drawPrompt(view, elapsedMs));
      const nextMs = everyMs - ((this.#clock.monotonic() - since) % everyMs);
      await this.#clock.sleep(nextMs, over).catch(() => undefined);
    }
    await this.#draw(undefined);
  }

  /** On every tab. A drawing that fails is nobody's trouble. */
  async #draw(drawing: Drawing | undefined): Promise<void> {
    const pages = this.#context.pages();
    await Promise.allSettled(pages.map((page) => drawOver(page, 'touchstone-prompt', drawing)));
  }
}
