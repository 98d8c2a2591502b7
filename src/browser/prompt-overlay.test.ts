import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { showDialog } from './dialog-overlay.ts';
import { createDialogView } from './dialog-view.ts';
import { findBrowser } from './installed-browsers.mjs';
import { launchBrowser } from './launch.ts';
import type { DrawnElement } from './overlay.ts';
import { drawPrompt, type PromptView } from './prompt-drawing.ts';
import { PromptOverlay } from './prompt-overlay.ts';

const view: PromptView = {
  action: 'touch',
  what: 'Touch the blinking key',
  which: 'YubiKey 5 NFC (serial 5234567)',
  timeoutMs: 30_000,
};

const textsOf = ({ text, children = [] }: DrawnElement): string[] =>
  [text ?? '', ...children.flatMap(textsOf)].filter(Boolean);

describe('drawPrompt()', () => {
  test('shows the instruction, the key and the seconds left', () => {
    expect(textsOf(drawPrompt(view, 0).root)).toEqual([view.what, view.which, '30', 's']);
    expect(textsOf(drawPrompt(view, 29_001).root)).toContain('1');
    expect(textsOf(drawPrompt(view, 31_000).root)).toContain('0');
  });

  test('shows no countdown when there is nothing to do', () => {
    const { timeoutMs: _, ...withoutLimit } = view;
    expect(textsOf(drawPrompt({ ...withoutLimit, action: 'keep-away' }, 0).root)).toEqual([view.what, view.which]);
  });
});

const installed = findBrowser('chromium');
const strict = "default-src 'none'; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'";
const dialog = createDialogView(
  'windows-11',
  { kind: 'presence', detail: { why: 'register', rpId: 'contoso.test', verification: false } },
  { site: 'contoso.test' },
);

describe.skipIf(!installed)(`the prompt overlay in ${installed?.path ?? 'Chromium: none installed'}`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser({ preferHeadlessShell: true });
    context = await browser.newContext();
    page = await context.newPage();
    page.on('console', (message) => problems.push(message.text()));
    await context.route('http://localhost:1/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: { 'content-security-policy': strict },
        body: `<!doctype html><title>RP</title><h1>Security info</h1><button>Add</button>`,
      }),
    );
  }, 60_000);
  beforeEach(async () => {
    await page.goto('http://localhost:1/');
    problems.length = 0;
  });
  afterAll(() => browser?.close());

  const overlays = () => page.locator('touchstone-prompt').count();
  const takeScreenshot = () => page.screenshot({ animations: 'disabled' });

  /** Shows a prompt with a manual clock. */
  function showPrompt() {
    const clock = new ManualClock();
    const hide = new PromptOverlay(context, clock).show(view);
    /** Advances the clock by a second and then calls `seen`. Use it in a poll, since a drawing in progress misses the clock. */
    const secondLater = <T>(seen: () => Promise<T>) => {
      clock.advance(1000);
      return seen();
    };
    return { hide, secondLater };
  }

  test('is drawn under a strict content security policy, counts down, and can be hidden', async () => {
    const before = await takeScreenshot();
    const { hide, secondLater } = showPrompt();
    await expect.poll(overlays).toBe(1);
    await expect.poll(async () => (await takeScreenshot()).equals(before)).toBe(false);
    const first = await takeScreenshot();
    await expect.poll(async () => (await secondLater(takeScreenshot)).equals(first)).toBe(false);
    hide();
    await expect.poll(overlays).toBe(0);
    expect((await takeScreenshot()).equals(before)).toBe(true);
    expect(problems).toEqual([]);
  });

  test('does not change the page', async () => {
    const readPage = async () => ({
      body: await page.evaluate(() => document.body.outerHTML),
      tree: await page.locator(':root').ariaSnapshot(),
      text: await page.getByText('Touch the blinking key').count(),
    });
    const before = await readPage();
    const { hide } = showPrompt();
    await expect.poll(overlays).toBe(1);
    expect(await readPage()).toEqual(before);
    hide();
    await expect.poll(overlays).toBe(0);
  });

  test('moves above a security dialog that is shown later', async () => {
    const order = () =>
      page.evaluate(() => [...document.querySelectorAll(':root > [popover]')].map(({ localName }) => localName));
    const { hide, secondLater } = showPrompt();
    await expect.poll(overlays).toBe(1);
    await showDialog(page, dialog);
    expect(await order()).toEqual(['touchstone-prompt', 'touchstone-dialog']);
    await expect.poll(() => secondLater(order)).toEqual(['touchstone-dialog', 'touchstone-prompt']);
    hide();
  });

  test('appears on the next page and in a new tab', async () => {
    const { hide, secondLater } = showPrompt();
    await expect.poll(overlays).toBe(1);
    await page.goto('http://localhost:1/next');
    expect(await overlays()).toBe(0);
    await expect.poll(() => secondLater(overlays)).toBe(1);
    const tab = await context.newPage();
    const onTab = () => tab.locator('touchstone-prompt').count();
    await expect.poll(() => secondLater(onTab)).toBe(1);
    hide();
    await expect.poll(async () => (await overlays()) + (await onTab())).toBe(0);
    await tab.close();
  });

  test('does nothing in a context without pages', async () => {
    const closed = await browser.newContext();
    const clock = new ManualClock();
    const hide = new PromptOverlay(closed, clock).show(view);
    await closed.close();
    clock.advance(1000);
    hide();
  });
});
