import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawAutofillList } from './autofill-drawing.ts';
import { hideAutofillList, showAutofillList } from './autofill-overlay.ts';
import { launchBrowser } from './launch.ts';

const accounts = ['adele', 'bob'].map((name) => ({ credentialId: new Uint8Array(), name, displayName: name }));
const field = '<label>User name <input autocomplete="username webauthn"></label>';

describe('the drawn autofill list', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser({ preferHeadlessShell: true });
  }, 60_000);
  afterAll(() => browser?.close());

  async function openPage(html: string): Promise<Page> {
    const page = await browser.newPage();
    await page.setContent(html);
    return page;
  }
  const lists = (page: Page) => page.locator('touchstone-autofill').count();

  test.each([
    ['of the page', field],
    ['of an inline frame', `<iframe srcdoc='${field}'></iframe>`],
  ])('is shown below the field %s, once, and can be hidden', async (_case, html) => {
    const page = await openPage(html);
    await showAutofillList(page, { accounts });
    await showAutofillList(page, { accounts });
    expect(await lists(page)).toBe(1);
    await hideAutofillList(page);
    expect(await lists(page)).toBe(0);
    await page.close();
  });

  test('is not shown on a page that does not ask for passkeys', async () => {
    const page = await openPage('<label>User name <input autocomplete="username"></label>');
    await showAutofillList(page, { accounts });
    expect(await lists(page)).toBe(0);
    await page.close();
  });
});

test('the list has a row for each account and one for another device, below the field', () => {
  const { root, css } = drawAutofillList({ accounts }, { x: 20, y: 100, width: 300, height: 40 });
  const rows = root.children?.map(({ children }) => children?.[1]?.children?.map(({ text }) => text));
  expect(rows).toEqual([['adele', 'Passkey'], ['bob', 'Passkey'], ['Use a passkey from another device']]);
  expect(css).toContain('left: 20px; top: 144px; width: 300px');
});
