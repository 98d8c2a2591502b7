/** Page steps in inline frames: of the same origin, of another one, nested, and loading. */
import { describe, expect, it } from 'vitest';
import { useTestPages } from '#browser/testing/test-pages.ts';
import { Timeline } from '#result/timeline.ts';
import { pageActions } from './page-actions.ts';
import { firstTrue, isTrue } from './page-conditions.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';

const origin = 'http://site.localhost';
const pages: Readonly<Record<string, string>> = {
  'site.localhost/': `<button onclick="document.title = 'page'">Sign in</button><p>The page</p>
    <iframe id="sign-in" src="http://partner.localhost/sign-in"></iframe>`,
  'partner.localhost/sign-in': `<button onclick="document.querySelector('p').textContent = 'Welcome'">Sign in</button>
    <label>Code <input></label><p>The frame</p><iframe id="inner" src="/inner"></iframe>`,
  'partner.localhost/inner': '<p>The inner frame</p>',
};

const testPages = useTestPages();

async function openPage() {
  const page = await testPages.openPage();
  await page.context().route('**', (route) => {
    const { hostname, pathname } = new URL(route.request().url());
    const body = pages[`${hostname}${pathname}`];
    return body ? route.fulfill({ contentType: 'text/html', body }) : route.abort();
  });
  const requests = new RequestLog({ origin, requests: {} });
  const site = new Site({ page, url: origin, timeline: new Timeline(), requests });
  await site.open('/');
  return { site, page };
}

const never = new AbortController().signal;
const frame = { css: '#sign-in' };

describe('page steps in a frame', () => {
  it('find elements in the frame only, also in one of another origin', async () => {
    const opened = await openPage();
    const { site, page } = opened;
    await pageActions['in-frame'](frame, site, never);
    await pageActions.fill({ label: 'Code', value: '123456' }, site, never);
    await pageActions.click({ role: 'button', name: 'Sign in' }, site, never);
    await pageActions.see('Welcome', site, never);
    expect(await page.title()).toBe('');
    expect(await page.frameLocator('#sign-in').locator('input').inputValue()).toBe('123456');
  });

  it('read the text of the frame, and not that of the page', async () => {
    const opened = await openPage();
    const { site } = opened;
    await pageActions['in-frame'](frame, site, never);
    await pageActions.see('The frame', site, never);
    const soon = AbortSignal.timeout(150);
    await expect(pageActions.see('The page', site, soon)).rejects.toThrow('The page does not contain "The page"');
  });

  it('reach a frame in a frame by its locator', async () => {
    const opened = await openPage();
    await pageActions['in-frame']({ css: '#inner', frame }, opened.site, never);
    await pageActions.see('The inner frame', opened.site, never);
  });

  it('are in the page again after in-frame: none', async () => {
    const opened = await openPage();
    const { site, page } = opened;
    await pageActions['in-frame'](frame, site, never);
    await pageActions['in-frame']('none', site, never);
    await pageActions.click({ role: 'button', name: 'Sign in' }, site, never);
    expect(await page.title()).toBe('page');
  });

  it('have the conditions of site files, which look into the frame', async () => {
    const opened = await openPage();
    const { site, page } = opened;
    await pageActions['in-frame'](frame, site, never);
    expect(await firstTrue([{ visible: 'The page' }, { visible: 'The frame' }], site, never)).toBe(1);
    expect(await isTrue({ visible: 'The page' }, page, site.scopeOf(page))).toBe(false);
  });
});
