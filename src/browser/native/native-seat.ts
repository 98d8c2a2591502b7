/** A page of a browser that answers WebAuthn itself, and its dialog, for as long as a test needs them. */
import type { Browser, Page } from 'playwright';
import { AccessibleDialog } from './accessible-dialog.ts';
import { type NativeBrowser, type NativeChannel, nativeBrowsers } from './native-browsers.ts';
import type { NativeDialog } from './sight.ts';

export interface OpenBrowser {
  browser: Browser;
  dialog: NativeDialog;
  traits: NativeBrowser;
}

export interface NativeSeat extends Omit<OpenBrowser, 'browser'> {
  page: Page;
}

/** Starts the browser and its reader, and ends both when `use` is through. */
export async function withNativeBrowser(channel: NativeChannel, use: (open: OpenBrowser) => Promise<void>) {
  const traits = nativeBrowsers[channel];
  const browser = await traits.launch();
  await using dialog = new AccessibleDialog(traits.manners);
  await use({ browser, dialog, traits });
  await browser.close();
}

/** A page in a context of its own. */
export async function withNativeSeat({ browser, ...open }: OpenBrowser, use: (seat: NativeSeat) => Promise<void>) {
  const context = await browser.newContext({ viewport: null });
  // Playwright dismisses at once what nobody listens for, and Firefox's question for the PIN is one of them.
  context.on('dialog', () => undefined);
  await use({ page: await context.newPage(), ...open });
  await context.close();
}
