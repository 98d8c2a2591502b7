/** Page steps on real pages, which a route serves. */
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { useTestPages } from '#browser/testing/test-pages.ts';
import { Timeline } from '#result/timeline.ts';
import { pageActions } from './page-actions.ts';
import { firstTrue } from './page-conditions.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';

const origin = 'http://site.localhost';
const pages: Readonly<Record<string, string>> = {
  '/form': `<h1>Settings</h1>
    <label>User name <input id="user"></label><label>Name <input placeholder="Display name"></label>
    <label>Country <select><option value="no">Norway</option><option value="fi">Finland</option></select></label>
    <label><input type="checkbox"> Remember me</label>
    <button onclick="document.title = 'saved'">Save</button><button>Save all</button>
    <ul><li>Desk key <button onclick="document.title = 'desk'">Delete</button></li>
      <li>Spare key <button onclick="document.title = 'spare'">Delete</button></li></ul>
    <p data-testid="state">ready</p><p hidden>secret</p>
    <a href="/other" target="_blank">Terms</a><a href="/closing" target="_blank">Sign out</a>
    <iframe title="Sign-in" srcdoc="<button onclick=&quot;parent.document.title = 'framed'&quot;>Continue</button>"></iframe>`,
  '/other': '<h1>Terms of use</h1><button onclick="window.close()">Close</button>',
  '/closing': `<button onmousedown="window.close()">Close</button><input aria-label="Code" oninput="window.close()">
    <input type="checkbox" aria-label="Agree" onclick="window.close()"><input aria-label="Key" onkeydown="window.close()">
    <select aria-label="Reason" onchange="window.close()"><option>none</option><option>done</option></select>`,
  '/leaving': `<button onclick="setTimeout(() => { location.href = '/other' }, 50)">Sign in</button>`,
  '/blocked': `<button disabled>Save</button><div aria-disabled="true"><button>Send</button></div><input aria-label="Code" readonly>
    <button>Add</button><div class="veil" style="position: fixed; inset: 0"></div>`,
  '/components': `<x-card><template shadowrootmode="open"><p>No passkeys yet</p></template></x-card>
    <iframe srcdoc="<p>The request was cancelled</p>"></iframe>`,
  '/slow': `<p id="spinner" role="progressbar">Loading</p><script>setTimeout(() => { spinner.remove(); history.pushState({}, '', '/users/7/edit') }, 60)</script>`,
};

const testPages = useTestPages();

async function openPage(path: string): Promise<{ site: Site; page: Page; timeline: Timeline }> {
  const page = await testPages.openPage();
  await page.context().route('**', (route) => {
    const body = pages[new URL(route.request().url()).pathname];
    return body ? route.fulfill({ contentType: 'text/html', body }) : route.abort();
  });
  const timeline = new Timeline();
  const site = new Site({ page, url: origin, timeline, requests: new RequestLog({ origin, requests: {} }) });
  await site.open(path);
  return { site, page, timeline };
}

const never = new AbortController().signal;
const soon = () => AbortSignal.timeout(150);

describe('page steps', () => {
  it('fill, select, check and press work on the elements that their locators describe', async () => {
    const opened = await openPage('/form');
    const { site, page } = opened;
    await pageActions.fill({ label: 'User name', value: 'adele' }, site, never);
    await pageActions.fill({ placeholder: 'Display', value: 'Adele Vance' }, site, never);
    await pageActions.select({ label: 'Country', option: 'Finland' }, site, never);
    await pageActions.check({ role: 'checkbox', name: 'Remember me' }, site, never);
    await pageActions.press({ css: '#user', key: 'Shift+X' }, site, never);
    await pageActions.press('Y', site, never);
    expect(await page.locator('input').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))).toEqual(
      ['XYadele', 'Adele Vance', 'on'],
    );
    expect(await page.locator('select').inputValue()).toBe('fi');
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    await pageActions.check({ role: 'checkbox', name: 'Remember me', checked: false }, site, never);
    expect(await page.getByRole('checkbox').isChecked()).toBe(false);
  });

  it.each([
    [{ role: 'button', name: 'Save', exact: true } as const, 'saved'],
    [{ role: 'button', name: '/^save$/i' } as const, 'saved'],
    [{ role: 'button', name: 'Delete', within: { role: 'listitem', 'has-text': 'Spare' } } as const, 'spare'],
    [{ text: 'Delete', nth: 0 }, 'desk'],
    [{ role: 'button', name: 'Continue', frame: { css: 'iframe' } } as const, 'framed'],
  ])('click finds %j', async (target, title) => {
    const opened = await openPage('/form');
    await pageActions.click(target, opened.site, never);
    expect(await opened.page.title()).toBe(title);
  });

  it('click refuses a locator that several elements match, and explains how to choose one', async () => {
    const opened = await openPage('/form');
    await expect(pageActions.click({ role: 'button', name: 'Save' }, opened.site, never)).rejects.toThrow(
      "2 elements match getByRole('button', { name: 'Save' }); expected one: add exact, within, has-text or nth to the locator",
    );
  });

  it('click names the element that did not become visible before the signal aborted', async () => {
    const opened = await openPage('/form');
    const clicked = pageActions.click({ role: 'button', name: 'Next' }, opened.site, soon());
    await expect(clicked).rejects.toThrow("The page does not show getByRole('button', { name: 'Next' })");
  });

  it.each<[string, (site: Site) => Promise<void>, string]>([
    [
      'disabled',
      (site) => pageActions.click({ text: 'Save' }, site, AbortSignal.timeout(500)),
      "getByText('Save') is disabled",
    ],
    [
      'disabled by its group',
      (site) => pageActions.click({ text: 'Send' }, site, AbortSignal.timeout(500)),
      "getByText('Send') is disabled",
    ],
    [
      'read-only',
      (site) => pageActions.fill({ label: 'Code', value: '1' }, site, AbortSignal.timeout(500)),
      "getByLabel('Code') is read-only",
    ],
    [
      'covered',
      (site) => pageActions.click({ text: 'Add' }, site, AbortSignal.timeout(500)),
      `getByText('Add') is covered by <div class="veil" style="position: fixed; inset: 0">`,
    ],
  ])('say that an element is %s', async (_, act, message) => {
    const opened = await openPage('/blocked');
    await expect(act(opened.site)).rejects.toThrow(message);
  });

  it('click rejects at once for a signal that is aborted already', async () => {
    const opened = await openPage('/form');
    const clicked = pageActions.click({ text: 'Save all' }, opened.site, AbortSignal.abort(new Error('over')));
    await expect(clicked).rejects.toThrow('The page does not show');
    expect(await opened.page.title()).toBe('');
  });

  it('click follows a new tab, and the steps return to the opener after it is closed', async () => {
    const opened = await openPage('/form');
    const { site } = opened;
    await pageActions.click({ role: 'link', name: 'Terms', 'opens-tab': true }, site, never);
    await pageActions.see('terms of use', site, never);
    await pageActions.click({ role: 'button', name: 'Close' }, site, never);
    await pageActions.see({ role: 'heading', name: 'Settings' }, site, never);
  });

  it.each<[string, (site: Site) => Promise<void>]>([
    ['click', (site) => pageActions.click({ role: 'button', name: 'Close' }, site, never)],
    ['fill', (site) => pageActions.fill({ label: 'Code', value: '123456' }, site, never)],
    ['check', (site) => pageActions.check({ label: 'Agree' }, site, never)],
    ['select', (site) => pageActions.select({ label: 'Reason', option: 'done' }, site, never)],
    ['press', (site) => pageActions.press({ label: 'Key', key: 'a' }, site, never)],
    [
      'see',
      async (site) => {
        const seen = pageActions.see('Settings', site, never);
        await pageActions.click({ role: 'button', name: 'Close' }, site, never);
        await seen;
      },
    ],
    [
      'wait-for',
      async (site) => {
        const reached = pageActions['wait-for']({ at: '/form' }, site, never);
        await pageActions.click({ role: 'button', name: 'Close' }, site, never);
        await reached;
      },
    ],
  ])('%s succeeds if the page closes its tab meanwhile, and the next step is in the opener', async (_, act) => {
    const opened = await openPage('/form');
    const { site } = opened;
    await pageActions.click({ role: 'link', name: 'Sign out', 'opens-tab': true }, site, never);
    await act(site);
    await pageActions.see('Settings', site, never);
    await site.settle();
    expect(site.path).toBe('/form');
  });

  it('close-tab returns to the tab that opened it, and open opens a new tab if none is left', async () => {
    const opened = await openPage('/form');
    const { site } = opened;
    await pageActions.click({ role: 'link', name: 'Terms', 'opens-tab': true }, site, never);
    await pageActions['close-tab'](undefined, site, never);
    expect(site.path).toBe('/form');
    await pageActions['close-tab'](undefined, site, never);
    await pageActions.open('/other', site, never);
    await pageActions.see('Terms of use', site, never);
  });

  it('open repeats a navigation that the page aborts because it navigates at the same time', async () => {
    const { site, page } = await openPage('/leaving');
    const hasLeft = page.waitForRequest('**/other');
    await page.route('**/form', (route) => hasLeft.then(() => route.fallback()));
    await pageActions.click({ role: 'button', name: 'Sign in' }, site, never);
    await pageActions.open('/form', site, never);
    expect(site.path).toBe('/form');
  });

  it('open reports why a page that stays where it is does not open a URL', async () => {
    const { site } = await openPage('/form');
    await expect(pageActions.open('/unknown', site, never)).rejects.toThrow(/net::ERR_FAILED at .*\/unknown/);
    expect(site.path).toBe('/form');
  });

  it('wait-for waits for a path and for an element to be hidden', async () => {
    const opened = await openPage('/slow');
    const { site } = opened;
    await pageActions['wait-for']({ role: 'progressbar', state: 'hidden' }, site, never);
    await pageActions['wait-for']({ at: '/users/*/edit' }, site, never);
    await expect(pageActions['wait-for']({ at: '/users' }, site, soon())).rejects.toThrow(
      'The page is not at /users, but at /users/7/edit',
    );
    await expect(pageActions['wait-for']({ css: 'body', state: 'hidden' }, site, soon())).rejects.toThrow(
      "locator('body') did not become hidden",
    );
  });

  it('see waits for each text and element, and quotes the page if one is missing', async () => {
    const opened = await openPage('/form');
    await pageActions.see(['settings', { 'test-id': 'state' }], opened.site, never);
    await expect(pageActions.see(['secret'], opened.site, soon())).rejects.toThrow(
      /^The page does not contain "secret"$/,
    );
  });

  it('see finds texts in shadow trees and in inline frames', async () => {
    const opened = await openPage('/components');
    await pageActions.see(['no passkeys yet', 'the request was cancelled'], opened.site, AbortSignal.timeout(2_000));
  });

  it('measure their time as time of the page', async () => {
    const opened = await openPage('/form');
    await pageActions.fill({ label: 'User name', value: 'adele' }, opened.site, never);
    expect(opened.timeline.spans().map(({ phase, label }) => `${phase}: ${label}`)).toEqual([
      'page: open /form',
      'page: fill label "User name"',
    ]);
  });
});

describe('firstTrue', () => {
  it('returns the first condition that is true', async () => {
    const opened = await openPage('/form');
    const find = (...conditions: Parameters<typeof firstTrue>[0]) => firstTrue(conditions, opened.site, never);
    expect(await find({ visible: 'Welcome' }, { visible: 'Settings' }, { visible: 'Delete' })).toBe(1);
    expect(await find({ visible: 'Settings', at: '/other' }, { at: '/form' })).toBe(1);
    expect(await find({ visible: 'secret' }, { visible: { text: 'Continue', frame: { css: 'iframe' } } })).toBe(1);
  });

  it('waits until one becomes true', async () => {
    const opened = await openPage('/slow');
    expect(await firstTrue([{ at: '/users/*/edit' }, { visible: 'Welcome' }], opened.site, never)).toBe(0);
  });

  it.each([
    [[{ visible: 'Welcome' }, { visible: { role: 'button', name: 'Next' } as const, at: '/x' }]],
    [[{ visible: 'Welcome' }, { at: '/x' }]],
  ])('lists the conditions %j if none became true in time', async (conditions) => {
    const opened = await openPage('/form');
    await expect(firstTrue(conditions, opened.site, soon())).rejects.toThrow(
      /^The page shows none of these: "Welcome", .*at \/x\. It is at \/form$/,
    );
  });
});
