/** Records what a person clicks and types in the pages of a browser context, in the terms of Playwright's locators. */
import type { BrowserContext, Frame, Page } from 'playwright';
import { toHex } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { addressOfFrame, type FrameAddress } from '#browser/page-content.ts';
import { type SeenAction, watchPage } from './watch-page.ts';

export interface PersonAction extends SeenAction {
  frame?: FrameAddress;
  /** The click opened a new tab or pop-up. */
  opensTab?: true;
}

interface SeenInPage extends PersonAction {
  page: Page;
}

export class PersonRecorder {
  readonly #actions: SeenInPage[] = [];
  /** Frames are looked up while the page continues to run. */
  readonly #pending = new Set<Promise<void>>();

  private constructor() {}

  /** Records from the next document of each page on. */
  static async start(context: BrowserContext): Promise<PersonRecorder> {
    const recorder = new PersonRecorder();
    const binding = `touchstone${toHex(systemRandom.bytes(8))}`;
    await context.exposeBinding(binding, ({ frame, page }, action: SeenAction) => recorder.#add(action, frame, page));
    await context.addInitScript(watchPage, binding);
    context.on('page', (page) => void recorder.#noteOpener(page));
    return recorder;
  }

  /** Returns the actions of the person so far, in order. */
  async actions(): Promise<PersonAction[]> {
    await Promise.all(this.#pending);
    return this.#actions.map(({ page: _, ...action }) => action);
  }

  #add(action: SeenAction, frame: Frame, page: Page): void {
    const last = this.#actions.at(-1);
    const isSameField = last?.kind === 'fill' && action.kind === 'fill' && last.page === page;
    if (isSameField && JSON.stringify(last.target) === JSON.stringify(action.target)) {
      if (action.value !== undefined) last.value = action.value;
      return;
    }
    const seen: SeenInPage = { ...action, page };
    this.#actions.push(seen);
    const lookUp = addressOfFrame(frame)
      .then((address) => {
        if (address) seen.frame = address;
      })
      .catch(() => undefined) // the frame is gone
      .finally(() => this.#pending.delete(lookUp));
    this.#pending.add(lookUp);
  }

  async #noteOpener(page: Page): Promise<void> {
    const opener = await page.opener();
    const click = this.#actions.findLast((action) => action.page === opener);
    if (click?.kind === 'click') click.opensTab = true;
  }
}
