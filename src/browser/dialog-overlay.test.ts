import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defined } from '#base/testing/defined.ts';
import { hideDialog, showDialog } from './dialog-overlay.ts';
import { createDialogView } from './dialog-view.ts';
import { findBrowser } from './installed-browsers.mjs';
import { launchBrowser } from './launch.ts';

const installed = findBrowser('chromium');
const view = createDialogView(
  'windows-11',
  { kind: 'pin', detail: { kind: 'enter', minCodePoints: 4, retries: 2, problem: 'wrong' } },
  { site: 'contoso.test' },
);
const strict = "default-src 'none'; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'";
const html = `<!doctype html><title>RP</title><h1>Security info</h1><input aria-label="Name">
  <button>Add</button><dialog>Sure?</dialog>`;

describe.skipIf(!installed)(`the dialog overlay in ${installed?.path ?? 'Chromium: none installed'}`, () => {
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser({ preferHeadlessShell: true });
    page = await browser.newPage();
    page.on('console', (message) => problems.push(message.text()));
    await page.route('http://localhost:1/', (route) =>
      route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': strict }, body: html }),
    );
  }, 60_000);
  beforeEach(async () => {
    await page.goto('http://localhost:1/');
    problems.length = 0;
  });
  afterAll(() => browser?.close());

  const overlays = () => page.locator('touchstone-dialog').count();

  test('is drawn once under a strict content security policy, and can be hidden', async () => {
    const before = await page.screenshot();
    await showDialog(page, view);
    await showDialog(page, view);
    expect(problems).toEqual([]);
    expect(await overlays()).toBe(1);
    expect((await page.screenshot()).equals(before)).toBe(false);
    await hideDialog(page);
    expect(await overlays()).toBe(0);
    expect((await page.screenshot()).equals(before)).toBe(true);
  });

  test('does not change the body, focus, hit testing, texts and accessibility tree of the page', async () => {
    const readPage = async () => ({
      body: await page.evaluate(() => document.body.outerHTML),
      focus: await page.evaluate(() => document.activeElement?.tagName),
      tree: await page.locator(':root').ariaSnapshot(),
      pin: await page.getByText('Security key PIN').count(),
    });
    await page.getByLabel('Name').focus();
    const before = await readPage();
    await showDialog(page, view);
    expect(await readPage()).toEqual(before);
    expect(before.focus).toBe('INPUT');
    const { width, height } = defined(page.viewportSize());
    expect(
      await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.localName, [width / 2, height / 2] as const),
    ).not.toBe('touchstone-dialog');
  });

  test('is above a modal dialog of the page', async () => {
    await page.evaluate(() => document.querySelector('dialog')?.showModal());
    const { x, y, width, height } = defined(await page.locator('dialog').boundingBox());
    const clip = { x: x + width / 4, y: y + height / 4, width: width / 2, height: height / 2 }; // inside the dialog
    const before = await page.screenshot({ clip });
    await showDialog(page, view);
    expect((await page.screenshot({ clip })).equals(before)).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.localName)).not.toBe('touchstone-dialog');
  });

  test('does nothing on a closed page', async () => {
    const closed = await browser.newPage();
    await closed.close();
    await expect(showDialog(closed, view)).resolves.toBeUndefined();
    await expect(hideDialog(closed)).resolves.toBeUndefined();
  });
});
