import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { showDialog } from './dialog-overlay.ts';
import { dialogView } from './dialog-view.ts';
import { findBrowser } from './installed-browsers.mjs';
import { launchBrowser } from './launch.ts';
import type { DrawnElement } from './overlay.ts';
import { drawPrompt, type PromptView } from './prompt-drawing.ts';
import { PromptOverlay } from './prompt-overlay.ts';

const view: PromptView = {
  handling: 'touch',
  what: 'Touch the blinking key',
  which: 'YubiKey 5 NFC (serial 5234567)',
  timeoutMs: 30_000,
};

const textsOf = ({ text, children = [] }: DrawnElement): string[] =>
  [text ?? '', ...children.flatMap(textsOf)].filter(Boolean);

describe('a drawn prompt', () => {
  test('says what to do, to which key, and how many seconds are left', () => {
    expect(textsOf(drawPrompt(view, 0).root)).toEqual([view.what, view.which, '30', 's']);
    expect(textsOf(drawPrompt(view, 29_001).root)).toContain('1');
    expect(textsOf(drawPrompt(view, 31_000).root)).toContain('0');
  });

  test('counts nothing where there is nothing to do', () => {
    const { timeoutMs: _, ...calm } = view;
    expect(textsOf(drawPrompt({ ...calm, handling: 'keep-away' }, 0).root)).toEqual([view.what, view.which]);
  });
});

const installed = findBrowser('chromium');
const strict = "default-src 'none'; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'";
const dialog = dialogView(
  'windows-11',
  { kind: 'presence', detail: { why: 'register', rpId: 'contoso.test', verification: false } },
  { site: 'contoso.test' },
);

describe.skipIf(!installed)(`prompt overlay in ${installed?.path ?? 'Chromium: none installed'}`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
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
  const look = () => page.screenshot({ animations: 'disabled' });

  /** A prompt on show, on a clock that only moves when it is told to. */
  function shown() {
    const clock = new ManualClock();
    const takeAway = new PromptOverlay(context, clock).show(view);
    /** What there is to see after another second; for polls, since a drawing that is under way does not hear the clock. */
    const secondLater = <T>(seen: () => Promise<T>) => {
      clock.advance(1000);
      return seen();
    };
    return { takeAway, secondLater };
  }

  test('is drawn under a strict content security policy, counts down, and goes away', async () => {
    const before = await look();
    const { takeAway, secondLater } = shown();
    await expect.poll(overlays).toBe(1);
    const first = await look();
    expect(first.equals(before)).toBe(false);
    await expect.poll(async () => (await secondLater(look)).equals(first)).toBe(false);
    takeAway();
    await expect.poll(overlays).toBe(0);
    expect((await look()).equals(before)).toBe(true);
    expect(problems).toEqual([]);
  });

  test('leaves the page under it as it was', async () => {
    const seen = async () => ({
      body: await page.evaluate(() => document.body.outerHTML),
      tree: await page.locator(':root').ariaSnapshot(),
      text: await page.getByText('Touch the blinking key').count(),
    });
    const before = await seen();
    const { takeAway } = shown();
    await expect.poll(overlays).toBe(1);
    expect(await seen()).toEqual(before);
    takeAway();
    await expect.poll(overlays).toBe(0);
  });

  test('stands above a security dialog that comes after it', async () => {
    const order = () =>
      page.evaluate(() => [...document.querySelectorAll(':root > [popover]')].map(({ localName }) => localName));
    const { takeAway, secondLater } = shown();
    await expect.poll(overlays).toBe(1);
    await showDialog(page, dialog);
    expect(await order()).toEqual(['touchstone-prompt', 'touchstone-dialog']);
    await expect.poll(() => secondLater(order)).toEqual(['touchstone-dialog', 'touchstone-prompt']);
    takeAway();
  });

  test('stands on the next page, and in a tab that is opened', async () => {
    const { takeAway, secondLater } = shown();
    await expect.poll(overlays).toBe(1);
    await page.goto('http://localhost:1/next');
    expect(await overlays()).toBe(0);
    await expect.poll(() => secondLater(overlays)).toBe(1);
    const tab = await context.newPage();
    const onTab = () => tab.locator('touchstone-prompt').count();
    await expect.poll(() => secondLater(onTab)).toBe(1);
    takeAway();
    await expect.poll(async () => (await overlays()) + (await onTab())).toBe(0);
    await tab.close();
  });

  test('is no trouble where no page is left', async () => {
    const empty = await browser.newContext();
    const clock = new ManualClock();
    const takeAway = new PromptOverlay(empty, clock).show(view);
    await empty.close();
    clock.advance(1000);
    takeAway();
  });
});
