/** Page steps on a page whose script arrives after its elements are visible, as on a slow machine. */
import { describe, expect, it } from 'vitest';
import { useTestPages } from '#browser/testing/test-pages.ts';
import { Timeline } from '#result/timeline.ts';
import { pageActions } from './page-actions.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';

const origin = 'http://site.localhost';
const latePage = `<button>Go</button><label>Name <input></label>
  <label>Country <select><option>Norway</option><option>Finland</option></select></label>
  <label><input type="checkbox"> Agree</label><script src="/late.js" defer></script>`;
const lateScript = `const log = [];
  for (const type of ['click', 'input', 'change', 'keydown'])
    document.addEventListener(type, ({ target }) => log.push(type + ' ' + target.tagName));`;

const testPages = useTestPages();

/** Follows a link to a page whose script is sent when `sendScript` is called. */
async function openLatePage() {
  const page = await testPages.openPage();
  let sendScript: () => void = () => undefined;
  const scriptSent = new Promise<void>((resolve) => {
    sendScript = resolve;
  });
  await page.context().route('**', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/late.js') await scriptSent;
    const body = { '/start': '<a href="/late">Continue</a>', '/late': latePage, '/late.js': lateScript }[pathname];
    await route.fulfill({ contentType: pathname.endsWith('.js') ? 'text/javascript' : 'text/html', body: body ?? '' });
  });
  const requests = new RequestLog({ origin, requests: {} });
  const site = new Site({ page, url: origin, timeline: new Timeline(), requests });
  await site.open('/start');
  await pageActions.click({ role: 'link', name: 'Continue' }, site, never);
  await page.getByRole('button', { name: 'Go' }).waitFor();
  return { site, page, sendScript };
}

const never = new AbortController().signal;
const moment = () => new Promise((resolve) => setTimeout(resolve, 300));

describe('a page step waits until the scripts of the page can react:', () => {
  it.each<[string, (site: Site) => Promise<void>, string]>([
    ['click', (site) => pageActions.click({ role: 'button', name: 'Go' }, site, never), 'click BUTTON'],
    ['fill', (site) => pageActions.fill({ label: 'Name', value: 'Desk key' }, site, never), 'input INPUT'],
    ['select', (site) => pageActions.select({ label: 'Country', option: 'Finland' }, site, never), 'change SELECT'],
    ['check', (site) => pageActions.check({ role: 'checkbox', name: 'Agree' }, site, never), 'click INPUT'],
    ['press', (site) => pageActions.press({ label: 'Name', key: 'X' }, site, never), 'keydown INPUT'],
    ['press without an element', (site) => pageActions.press('X', site, never), 'keydown BODY'],
  ])('%s', async (_, act, event) => {
    const opened = await openLatePage();
    const acted = act(opened.site);
    await Promise.race([acted, moment()]);
    opened.sendScript();
    await acted;
    await opened.page.waitForLoadState();
    expect(await opened.page.evaluate('log')).toContain(event);
  });

  it('the message reports scripts that do not arrive in time', async () => {
    const opened = await openLatePage();
    const clicked = pageActions.click({ role: 'button', name: 'Go' }, opened.site, AbortSignal.timeout(150));
    await expect(clicked).rejects.toThrow('The page at /late has not loaded its scripts');
    opened.sendScript();
  });
});
