/** Starts a browser that handles WebAuthn itself, and opens one page with its dialog for each test. */
import type { Browser, Page } from 'playwright';
import { messageOf, UnavailableError } from '#base/errors.ts';
import { AccessibleDialog } from './accessible-dialog.ts';
import type { BrowserEnd } from './browser-process.ts';
import type { NativeDialog } from './dialog-snapshot.ts';
import { type NativeBrowser, type NativeChannel, nativeBrowsers } from './native-browsers.ts';
import { type EndListener, RestartableBrowser } from './restartable-browser.ts';

export interface StartedBrowser {
  /** Opens a page in a new context, when its dialogs can be read. Restarts the browser when it opens none. */
  newPage(): Promise<Page>;
  /** Ends the browser and starts a new one. */
  restart(): Promise<void>;
  /** Calls `listener` when the browser ends unexpectedly, until the returned function is called. */
  onEnd(listener: EndListener): () => void;
  dialog: NativeDialog;
  browser: NativeBrowser;
}

export interface NativeBrowserSession extends Pick<StartedBrowser, 'dialog' | 'browser'> {
  page: Page;
  /** Aborted with an {UnavailableError} when the browser ends unexpectedly. */
  endSignal: AbortSignal;
  /** How the browser has ended unexpectedly; undefined while it runs. */
  end(): Promise<BrowserEnd> | undefined;
  /** Returns a session in a new browser. This session ends. */
  renew(): Promise<NativeBrowserSession>;
}

/**
 * A browser is replaced after this many pages. In the kernel lab each page of its memory can need a mapping of the host, which permits
 * 65530 for a process (vm.max_map_count); a Firefox that reached the limit, after 8 to 30 pages, was killed with SIGKILL.
 */
const maxPages = 4;

/** What a test replaces. */
interface NativeBrowserParts {
  browser?: NativeBrowser;
  createDialog?: (browser: NativeBrowser) => NativeDialog & AsyncDisposable;
}

/** Starts the browser and the reader of its dialog, calls `use`, and closes both afterwards. */
export async function withNativeBrowser(
  channel: NativeChannel,
  use: (started: StartedBrowser) => Promise<void>,
  { browser = nativeBrowsers[channel], createDialog = openAccessibleDialog }: NativeBrowserParts = {},
) {
  using restartable = new RestartableBrowser(browser);
  await restartable.start();
  await using dialog = createDialog(browser);
  let pages = 0;
  const newPage = () => {
    pages += 1;
    return openPage(restartable.running, dialog);
  };
  const restart = async () => {
    pages = 0;
    await restartable.close();
    await restartable.start();
    dialog.reconnect();
  };
  await use({
    dialog,
    browser,
    restart,
    newPage: async () => {
      if (pages === maxPages) await restart();
      try {
        return await newPage();
      } catch (error) {
        const [firstLine] = messageOf(error).split('\n', 1); // the log of the browser follows
        console.warn(`${browser.dialogTraits.application} cannot open a page and is restarted: ${firstLine}`);
        await restart();
        return await newPage();
      }
    },
    onEnd: (listener) => restartable.onEnd(listener),
  });
  await restartable.close();
}

const openAccessibleDialog = ({ dialogTraits }: NativeBrowser) => new AccessibleDialog(dialogTraits);

/** Opens a page, calls `use`, and closes its context afterwards. */
export async function withNativeBrowserSession(
  started: StartedBrowser,
  use: (session: NativeBrowserSession) => Promise<void>,
) {
  const pages: Page[] = [];
  const stop: (() => void)[] = [];
  const open = async (): Promise<NativeBrowserSession> => {
    const { dialog, browser } = started;
    const page = await started.newPage();
    const ended = new AbortController();
    let end: Promise<BrowserEnd> | undefined;
    pages.push(page);
    stop.push(
      started.onEnd((reported) => {
        end ??= reported;
        ended.abort(new UnavailableError(`${browser.dialogTraits.application} ended during the case`));
      }),
    );
    return {
      dialog,
      browser,
      page,
      endSignal: ended.signal,
      end: () => end,
      async renew() {
        stop.pop()?.();
        await started.restart();
        return await open();
      },
    };
  };
  await use(await open());
  for (const each of stop) each();
  await pages
    .at(-1)
    ?.context()
    .close()
    .catch(() => undefined); // the browser may have ended
}

async function openPage(running: Browser, dialog: NativeDialog): Promise<Page> {
  const context = await running.newContext({ viewport: null });
  // Without a listener, Playwright dismisses dialogs at once, and Firefox's PIN prompt is such a dialog.
  context.on('dialog', () => undefined);
  const page = await context.newPage();
  await dialog.whenReady();
  return page;
}
