/** Outcomes on real pages, which answer refusals and successes in different ways. */
import { describe, expect, it } from 'vitest';
import { useTestPages } from '#browser/testing/test-pages.ts';
import { Timeline } from '#result/timeline.ts';
import type { SiteDefinition } from '../../language/site-definition.ts';
import { OutcomeWatch } from './outcome-watch.ts';
import { pageActions } from './page-actions.ts';
import { RequestLog } from './request-log.ts';
import { Site } from './site.ts';

const origin = 'http://site.localhost';
const outcomes: SiteDefinition['outcomes'] = {
  registered: [{ request: 'result', status: [200] }],
  refused: [{ text: 'was not accepted' }],
};
const show = (text: string) => `document.querySelector('p').textContent = '${text}'`;
/** The page shows the text some time after it has the answer, as pages do that draw in steps. */
const page = (text: string) =>
  `<p></p><button onclick="fetch('/result', { method: 'POST' }).then((r) => r.json()).then(() => setTimeout(() => { ${show(text)} }, 30))">Save</button>`;
const pages: Readonly<Record<string, string>> = {
  '/refuses': page('The passkey was not accepted'),
  '/accepts': page('Done'),
  '/fleeting': `<p></p><button onclick="this.remove(); ${show('The passkey was not accepted')}; document.body.insertAdjacentHTML('beforeend', '<button>Close</button>')">Save</button>
    <script>addEventListener('click', ({ target }) => { if (target.textContent === 'Close') ${show('')} })</script>`,
};

const testPages = useTestPages();

async function openSite(path: string) {
  const opened = await testPages.openPage();
  await opened.context().route('**', (route) => {
    const body = pages[new URL(route.request().url()).pathname];
    return route.fulfill({ contentType: body ? 'text/html' : 'application/json', body: body ?? '{}' });
  });
  const requests = new RequestLog({ origin, requests: { result: 'POST /result' } });
  const site = new Site({ page: opened, url: origin, timeline: new Timeline(), requests });
  const watch = new OutcomeWatch({ site, outcomes, hasCeremonyEnded: () => true });
  site.onAction = () => watch.look();
  await site.open(path);
  const press = (name: string) => pageActions.click({ role: 'button', name }, site, new AbortController().signal);
  return { watch, press, page: opened };
}

describe('OutcomeWatch', () => {
  it('uses what the page shows as the outcome, also if the status is that of a success', async () => {
    const { watch, press, page } = await openSite('/refuses');
    const answered = page.waitForResponse('**/result');
    await press('Save');
    await answered;
    expect(await watch.look()).toBe('refused');
  });

  it('uses the status as the outcome if the page shows nothing', async () => {
    const { watch, press } = await openSite('/accepts');
    await press('Save');
    expect(await watch.last()).toBe('registered');
  });

  it('ignores what the page shows after the user has acted on it', async () => {
    const { watch, press, page } = await openSite('/fleeting');
    await press('Save');
    await press('Close');
    expect(await page.locator('p').textContent()).toBe('');
    expect(await watch.last()).toBe('refused');
  });
});
