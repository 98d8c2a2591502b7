/** What a person at a real key is asked, over the page that they watch. Drawn anew every second: with the time that is left, above whatever came meanwhile, and on the next page too. */
import type { BrowserContext } from 'playwright';
import { type Clock, systemClock } from '#protocol/seams.ts';
import { drawOver } from './overlay.ts';
import { drawPrompt, type PromptView } from './prompt-drawing.ts';

const everyMs = 1000;
const name = 'touchstone-prompt';

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
      await this.#draw((page) => drawOver(page, name, drawPrompt(view, elapsedMs)));
      const nextMs = everyMs - ((this.#clock.monotonic() - since) % everyMs);
      await this.#clock.sleep(nextMs, over).catch(() => undefined);
    }
    await this.#draw((page) => drawOver(page, name, undefined));
  }

  /** On the tab that was opened last. Nobody sees to a drawing that fails. */
  async #draw(draw: (page: ReturnType<BrowserContext['pages']>[number]) => Promise<void>): Promise<void> {
    const page = this.#context.pages().at(-1);
    if (page) await draw(page).catch(() => undefined);
  }
}
