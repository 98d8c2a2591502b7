/** Starts a browser that handles WebAuthn itself, and opens one page with its dialog for each test. */
import type { Browser, Page } from 'playwright';
import { messageOf } from '#base/errors.ts';
import { AccessibleDialog } from './accessible-dialog.ts';
import type { NativeDialog } from './dialog-snapshot.ts';
import { type NativeBrowser, type NativeChannel, nativeBrowsers } from './native-browsers.ts';

export interface StartedBrowser {
  /** Opens a page in a new context. Restarts the browser when it opens none. */
  newPage(): Promise<Page>;
  dialog: NativeDialog;
  browser: NativeBrowser;
}

export interface NativeBrowserSession extends Omit<StartedBrowser, 'newPage'> {
  page: Page;
}

/** Starts the browser and the reader of its dialog, calls `use`, and closes both afterwards. */
export async function withNativeBrowser(channel: NativeChannel, use: (started: StartedBrowser) => Promise<void>) {
  const browser = nativeBrowsers[channel];
  const { application } = browser.dialogTraits;
  let running = await browser.launch();
  await using dialog = new AccessibleDialog(browser.dialogTraits);
  const newPage = async () => {
    try {
      return await openPage(running);
    } catch (error) {
      const [firstLine] = messageOf(error).split('\n', 1); // the log of the browser follows
      console.warn(`${application} cannot open a page and is restarted: ${firstLine}`);
      await running.close().catch(() => undefined); // it may have crashed
      running = await browser.launch();
      return await openPage(running);
    }
  };
  await use({ newPage, dialog, browser });
  await running.close();
}

/** Opens a page, calls `use`, and closes its context afterwards. */
export async function withNativeBrowserSession(
  { newPage, ...started }: StartedBrowser,
  use: (session: NativeBrowserSession) => Promise<void>,
) {
  const page = await newPage();
  await use({ page, ...started });
  await page.context().close();
}

async function openPage(running: Browser): Promise<Page> {
  const context = await running.newContext({ viewport: null });
  // Without a listener, Playwright dismisses dialogs at once, and Firefox's PIN prompt is such a dialog.
  context.on('dialog', () => undefined);
  return await context.newPage();
}
