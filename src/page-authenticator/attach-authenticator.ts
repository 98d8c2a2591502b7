/** Emulated security keys behind the pages of a Playwright browser context, or behind one page. */
import type { BrowserContext, Page } from 'playwright';
import { messageOf } from '#base/errors.ts';
import type { BridgeProblem, BrowserEngine } from '#browser/bridge.ts';
import { hideDialog, showDialog } from '#browser/dialog-overlay.ts';
import { createDialogView, type DialogPrompt } from '#browser/dialog-view.ts';
import { engineOf } from '#browser/launch.ts';
import { attachShim } from '#browser/shim/open-shim.ts';
import { KeySet, type KeySetOptions } from './key-set.ts';
import type { PasskeyDialog } from './passkey-dialog.ts';
import type { SecurityKey, SecurityKeyOptions } from './security-key.ts';
import { formatTimings, transcriptOf } from './transcript.ts';

/** The first key, the dialog, and what the pages run in. */
export interface AttachOptions extends KeySetOptions {
  /** What the pages run in. Default: the engine of the browser; for a context without a browser object, `chromium`. */
  engine?: BrowserEngine;
}

/** The keys and the dialog behind the pages. Disposing it detaches them. */
export interface AttachedAuthenticator extends AsyncDisposable {
  /** The first key. */
  readonly key: SecurityKey;
  /** Every key, in the order of creation. */
  readonly keys: readonly SecurityKey[];
  /** The security dialog that asks the user. */
  readonly dialog: PasskeyDialog;
  /** Failures of Touchstone itself; the page only got an UnknownError. */
  readonly problems: readonly BridgeProblem[];
  /** Plugs in another key. */
  addKey(options?: SecurityKeyOptions): SecurityKey;
  /** Returns what pages, dialog and keys have done, as JSON. */
  transcript(): object;
  /** Returns the time of each phase, as text. */
  timings(): string;
  /** Gives the pages the WebAuthn of the browser back, and unplugs the keys. */
  detach(): Promise<void>;
}

/**
 * Replaces WebAuthn in the pages of `target`, those that are open and those to come, by a client with emulated keys.
 *
 * ```ts
 * const { key } = await attachAuthenticator(page);
 * await page.getByRole('button', { name: 'Add a passkey' }).click();
 * ```
 * @throws {UsageError} for options that do not fit together.
 */
export async function attachAuthenticator(
  target: Page | BrowserContext,
  options: AttachOptions = {},
): Promise<AttachedAuthenticator> {
  const show = options.dialog?.show ?? false;
  const set = new KeySet(options, (prompt) => {
    if (show) void drawDialog(target, prompt, set.dialog);
  });
  const session = await attachShim(target, set.handler, { engine: options.engine ?? engineIn(target) });
  set.log.problems = () => session.problems;
  set.log.insecurePages = () =>
    pagesOf(target)
      .map((page) => page.url())
      .filter(isInsecure);
  let isAttached = true;
  const detach = async () => {
    if (!isAttached) return;
    isAttached = false;
    await session.close();
    set[Symbol.dispose]();
  };
  return {
    get key() {
      return set.key;
    },
    keys: set.keys,
    dialog: set.dialog,
    problems: session.problems,
    addKey: (keyOptions) => set.addKey(keyOptions),
    transcript: () => transcriptOf(set),
    timings: () => formatTimings(set.timeline.spans()),
    detach,
    [Symbol.asyncDispose]: detach,
  };
}

const contextOf = (target: Page | BrowserContext): BrowserContext => ('pages' in target ? target : target.context());
const pagesOf = (target: Page | BrowserContext): Page[] => ('pages' in target ? target.pages() : [target]);

function engineIn(target: Page | BrowserContext): BrowserEngine {
  const browser = contextOf(target).browser();
  return browser ? engineOf(browser) : 'chromium';
}

/** Plain http is a secure context on loopback addresses only: Secure Contexts section 3.1. */
const isInsecure = (url: string): boolean =>
  URL.canParse(url) &&
  new URL(url).protocol === 'http:' &&
  !/^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);

async function drawDialog(
  target: Page | BrowserContext,
  prompt: DialogPrompt | undefined,
  { profile }: PasskeyDialog,
): Promise<void> {
  const page = pagesOf(target).at(-1);
  if (!page || !URL.canParse(page.url())) return;
  const site = new URL(page.url()).hostname;
  const drawn = prompt ? showDialog(page, createDialogView(profile, prompt, { site })) : hideDialog(page);
  await drawn.catch((error) => console.error(`Cannot draw the security dialog: ${messageOf(error)}`));
}
