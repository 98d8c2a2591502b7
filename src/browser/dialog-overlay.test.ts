import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hideDialog, showDialog } from './dialog-overlay.ts';
import { dialogView } from './dialog-view.ts';
import { findBrowser } from './installed-browsers.mjs';
import { launchBrowser } from './launch.ts';

const installed = findBrowser('chromium');
const view = dialogView(
  'windows-11',
  { kind: 'pin', detail: { kind: 'enter', minCodePoints: 4, retries: 2, problem: 'wrong' } },
  { site: 'contoso.test' },
);
const strict = "default-src 'none'; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'";
const html = `<!doctype html><title>RP</title><h1>Security info</h1><input aria-label="Name">
  <button>Add</button><dialog>Sure?</dialog>`;

describe.skipIf(!installed)(`dialog overlay in ${installed?.path ?? 'Chromium: none installed'}`, () => {
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
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

  test('it is drawn under a strict content security policy, once, and goes away', async () => {
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

  test('the page under it stays as it was: body, focus, hit testing, texts, accessibility tree', async () => {
    const look = async () => ({
      body: await page.evaluate(() => document.body.outerHTML),
      focus: await page.evaluate(() => document.activeElement?.tagName),
      tree: await page.locator(':root').ariaSnapshot(),
      pin: await page.getByText('Security key PIN').count(),
    });
    await page.getByLabel('Name').focus();
    const before = await look();
    await showDialog(page, view);
    expect(await look()).toEqual(before);
    expect(before.focus).toBe('INPUT');
    const { width, height } = page.viewportSize()!;
    expect(
      await page.evaluate(([x, y]) => document.elementFromPoint(x!, y!)?.localName, [width / 2, height / 2]),
    ).not.toBe('touchstone-dialog');
  });

  test('it stands above a modal dialog of the page', async () => {
    await page.evaluate(() => document.querySelector('dialog')?.showModal());
    const { x, y, width, height } = (await page.locator('dialog').boundingBox())!;
    const clip = { x: x + width / 4, y: y + height / 4, width: width / 2, height: height / 2 }; // well inside it
    const before = await page.screenshot({ clip });
    await showDialog(page, view);
    expect((await page.screenshot({ clip })).equals(before)).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.localName)).not.toBe('touchstone-dialog');
  });

  test('a page that is gone is no error', async () => {
    const gone = await browser.newPage();
    await gone.close();
    await expect(showDialog(gone, view)).resolves.toBeUndefined();
    await expect(hideDialog(gone)).resolves.toBeUndefined();
  });
});
