/** A page of a browser that answers WebAuthn itself, and its dialog, for as long as a test needs them. */
import type { Browser, Page } from 'playwright';
import { AccessibleDialog } from './accessible-dialog.ts';
import type { NativeDialog } from './dialog-snapshot.ts';
import { type NativeBrowser, type NativeChannel, nativeBrowsers } from './native-browsers.ts';

export interface OpenBrowser {
  /** A page in a context of its own. */
  freshPage(): Promise<Page>;
  dialog: NativeDialog;
  traits: NativeBrowser;
}

export interface NativeBrowserSession extends Omit<OpenBrowser, 'freshPage'> {
  page: Page;
}

/** Starts the browser and its reader, and ends both when `use` is through. */
export async function withNativeBrowser(channel: NativeChannel, use: (open: OpenBrowser) => Promise<void>) {
  const traits = nativeBrowsers[channel];
  let browser = await traits.launch();
  await using dialog = new AccessibleDialog(traits.manners);
  const freshPage = async () => {
    try {
      return await pageIn(browser);
    } catch (error) {
      const [why] = (error as Error).message.split('\n', 1); // the browser's log follows
      console.warn(`${traits.manners.application} gives no page and is started anew: ${why}`);
      await browser.close().catch(() => undefined); // it may have ended: a case owes nothing to the one before
      browser = await traits.launch();
      return await pageIn(browser);
    }
  };
  await use({ freshPage, dialog, traits });
  await browser.close();
}

/** A page for one test. */
export async function withNativeBrowserSession({ freshPage, ...open }: OpenBrowser, use: (seat: NativeBrowserSession) => Promise<void>) {
  const page = await freshPage();
  await use({ page, ...open });
  await page.context().close();
}

async function pageIn(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: null });
  // Playwright dismisses at once what nobody listens for, and Firefox's question for the PIN is one of them.
  context.on('dialog', () => undefined);
  return await context.newPage();
}
