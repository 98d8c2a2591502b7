/** Real pages in a browser. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './launch.ts';
import { readPageContent } from './page-content.ts';

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser({ preferHeadlessShell: true });
  page = await browser.newPage();
}, 60_000);
afterAll(() => browser?.close());
beforeEach(() => page.goto('about:blank'));

describe('readPageContent', () => {
  it('returns role, name, placeholder, target and state of what is visible', async () => {
    await page.setContent(`<h1>Account</h1><label>Name <input placeholder="Your name"></label>
      <label><input type="radio" checked> Passkey</label><button disabled>Add</button><button hidden>Secret</button>
      <a href="/security">Security</a><p>No passkeys yet</p>`);
    const { elements } = await readPageContent(page);
    expect(elements.map(({ role, name, text }) => `${role} ${name || text}`)).toEqual([
      'heading Account',
      'text Name',
      'textbox Name',
      'radio Passkey',
      'text Passkey',
      'button Add',
      'link Security',
      'paragraph No passkeys yet',
    ]);
    expect(elements.find(({ role }) => role === 'textbox')?.placeholder).toBe('Your name');
    expect(elements.find(({ role }) => role === 'radio')?.checked).toBe(true);
    expect(elements.find(({ role }) => role === 'button')?.disabled).toBe(true);
    expect(elements.find(({ role }) => role === 'link')?.url).toBe('/security');
  });

  it('returns the list item or row of an element', async () => {
    await page.setContent('<ul><li>Desk key <button>Delete</button></li><li>Spare <button>Delete</button></li></ul>');
    const { elements } = await readPageContent(page);
    const containers = elements.filter(({ role }) => role === 'button').map(({ container }) => container);
    expect(containers).toEqual([
      { role: 'listitem', text: 'Desk key' },
      { role: 'listitem', text: 'Spare' },
    ]);
  });

  it('reads inline frames, also nested ones, and names each by what identifies it', async () => {
    const inner = "<iframe name='inner' srcdoc='<button data-testid=go>Continue</button>'></iframe>";
    await page.setContent(
      `<iframe srcdoc="<p>Ad</p>"></iframe><iframe title="Sign-in" srcdoc="${inner}"></iframe><p data-testid="state">x</p>`,
    );
    await page.frameLocator('iframe[title]').frameLocator('iframe').getByRole('button').waitFor();
    const { elements, testIds } = await readPageContent(page);
    const frame = { css: 'iframe[name="inner"]', frame: { css: 'iframe[title="Sign-in"]' } };
    expect(elements.find(({ role }) => role === 'button')?.frame).toEqual(frame);
    expect(elements.find(({ text }) => text === 'Ad')?.frame).toEqual({ css: 'iframe', nth: 0 });
    expect(testIds).toEqual([{ testId: 'state' }, { testId: 'go', frame }]);
  });
});
