/** Records the pages while a person uses the site in a browser window. */
import type { Page } from 'playwright';
import type { SiteRecorder } from './site-recorder.ts';

const pollMs = 300;

/** Reads the page again and again, until the person closes the window or `signal` aborts. */
export async function watchPerson(page: Page, recorder: SiteRecorder, signal: AbortSignal): Promise<void> {
  while (!page.isClosed() && !signal.aborted) {
    await recorder.readPage().catch(() => undefined); // the page is being left
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
