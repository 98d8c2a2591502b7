/** Conditions on real pages, which redirect with scripts as single-page applications do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useTestPages } from '#browser/testing/test-pages.ts';
import { Timeline } from '#result/timeline.ts';
import { pageActions } from './page-actions.ts';
import { isTrueWhenIdle } from './page-conditions.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';

const origin = 'http://site.localhost';
/** How long the server takes to answer a script. */
const answerMs = 60;
const go = (path: string) => `history.pushState({}, '', '${path}')`;
const pages: Readonly<Record<string, string>> = {
  '/account': `<h1>Loading</h1><script>fetch('/api/me').then(() => fetch('/api/flags')).then(() => ${go('/sign-in')})</script>`,
  '/settings': '<h1>Settings</h1>',
  '/waiting': `<h1>Messages</h1><script>fetch('/api/long-poll')</script>`,
  '/form': `<button onclick="fetch('/api/session').then(() => ${go('/settings')})">Sign in</button>`,
};

const testPages = useTestPages();

async function openSite(path: string): Promise<Site> {
  const page = await testPages.openPage();
  await page.context().route('**', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/api/long-poll') return; // never answered
    if (pathname.startsWith('/api/')) await sleep(answerMs);
    await route.fulfill({ contentType: 'text/html', body: pages[pathname] ?? '{}' });
  });
  const requests = new RequestLog({ origin, requests: {} });
  const site = new Site({ page, url: origin, timeline: new Timeline(), requests });
  await site.open(path);
  return site;
}

const never = new AbortController().signal;

describe('isTrueWhenIdle', () => {
  it('waits until the scripts of the page have the data that decides which page is shown', async () => {
    expect(await isTrueWhenIdle({ at: '/sign-in' }, await openSite('/account'), never)).toBe(true);
  });

  it('waits for the page that an action leads to', async () => {
    const site = await openSite('/form');
    await pageActions.click({ role: 'button', name: 'Sign in' }, site, never);
    expect(await isTrueWhenIdle({ at: '/settings' }, site, never)).toBe(true);
  });

  it('returns false for a page that does not change', async () => {
    const site = await openSite('/settings');
    expect(await isTrueWhenIdle({ at: '/sign-in' }, site, never)).toBe(false);
    expect(await isTrueWhenIdle({ visible: 'Welcome', at: '/settings' }, site, never)).toBe(false);
  });

  it('does not wait for a request that stays open when the condition is true', async () => {
    expect(await isTrueWhenIdle({ visible: 'Messages' }, await openSite('/waiting'), never)).toBe(true);
  });

  it('reports what it cannot tell when the signal aborts while the page is busy', async () => {
    const site = await openSite('/waiting');
    await expect(isTrueWhenIdle({ visible: 'Welcome' }, site, AbortSignal.timeout(100))).rejects.toThrow(
      'Cannot tell whether the page at /waiting shows "Welcome"',
    );
  });
});
