/** Problems of real pages. */
import { expect, it } from 'vitest';
import { useTestPages } from '#browser/testing/test-pages.ts';
import { Timeline } from '#result/timeline.ts';
import { pageActions } from './page-actions.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';

const origin = 'http://site.localhost';
const testPages = useTestPages();
const never = new AbortController().signal;

/** Opens a page whose button Go runs `script`. `/fails` is answered with 500, `/dead` not at all. */
async function press(script: string) {
  const page = await testPages.openPage();
  await page.context().route('**', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/dead') return route.abort('connectionreset');
    if (pathname === '/fails') return route.fulfill({ status: 500, body: '{}' });
    const body = `<button onclick="${script}">Go</button><button>Next</button>`;
    return route.fulfill({ contentType: 'text/html', body });
  });
  const requests = new RequestLog({ origin, requests: {} });
  const site = new Site({ page, url: origin, timeline: new Timeline(), requests });
  await site.open('/');
  await pageActions.click({ role: 'button', name: 'Go' }, site, never);
  return site;
}

it.each([
  ['undefinedFunction()', 'A script failed: ReferenceError: undefinedFunction is not defined'],
  [`Promise.reject(new TypeError('no options'))`, 'A script failed: TypeError: no options'],
  [`console.error('Registration failed:', 'SecurityError')`, 'The console says: Registration failed: SecurityError'],
  [`fetch('/fails', { method: 'POST' })`, 'POST /fails was answered with status 500'],
  [`fetch('/dead').catch(() => {})`, 'GET /dead failed: net::ERR_CONNECTION_RESET'],
])('tells of %s', async (script, problem) => {
  const site = await press(script);
  await expect.poll(() => site.problems.texts).toEqual([problem]);
});

it('drops problems from before the latest action of the user', async () => {
  const site = await press(`console.error('first')`);
  await expect.poll(() => site.problems.texts).toHaveLength(1);
  await pageActions.see({ role: 'button', name: 'Next' }, site, never);
  expect(site.problems.texts).toHaveLength(1);
  await pageActions.click({ role: 'button', name: 'Next' }, site, never);
  expect(site.problems.texts).toEqual([]);
});

it('keeps the last three, shortened, and each once', async () => {
  const site = await press(`for (const text of ['a', 'b', 'c', 'd', 'd', 'x'.repeat(999)]) console.error(text)`);
  await expect.poll(() => site.problems.texts.at(-1)).toMatch(/^The console says: x+…$/);
  expect(site.problems.texts.slice(0, 2)).toEqual(['The console says: c', 'The console says: d']);
});
