/** Opens the HTML report of a large run in a browser, from disk as a user does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '#browser/testing/accessibility.ts';
import { useTestPages } from '#browser/testing/test-pages.ts';
import type { BudgetResult } from '#result/budget.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { sampleCase, sampleRun } from '../testing/sample-runs.ts';
import { runOf } from '../testing/timed-runs.ts';
import { renderHtml } from './html.ts';

/** Without attachments, whose files do not exist. */
function withoutAttachments(sample: RunResult): RunResult {
  return { ...sample, cases: sample.cases.map((item) => ({ ...item, attachments: [] })) };
}
const budget = {
  subject: 'pin',
  statistic: 'median',
  maxMs: 5,
  n: 10,
  location: { file: 'a.yaml', line: 1, column: 1 },
} as const;
const sampleBudgets: BudgetResult[] = [
  { ...budget, caseId: 'kept', verdict: 'passed', message: 'pin.median is 4 ms' },
  { ...budget, caseId: 'exceeded', verdict: 'failed', message: 'pin.median is 6 ms' },
];
const run = withoutAttachments(sampleRun({ size: 600 }));
const number = (verdict: keyof typeof run.totals) => run.totals[verdict];
const attention = number('failed') + number('errored') + number('flaky');
/** The last case of the list. */
const lastCase = run.cases.findLast(({ verdict }) => verdict === 'skipped');

const testPages = useTestPages({ viewport: { width: 1280, height: 800 }, offline: true });
let folder: string;
let address: string;
/** The address of a report with each kind of case, but fewer of them. */
let smallAddress: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-page-'));
  const write = async (name: string, result: RunResult) => {
    const file = join(folder, name);
    await writeFile(file, renderHtml(result));
    return pathToFileURL(file).href;
  };
  address = await write('index.html', run);
  smallAddress = await write('small.html', { ...withoutAttachments(sampleRun()), budgets: sampleBudgets });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the report without network. A script error or a message on the console fails the test. */
async function openReport(fragment = ''): Promise<Page> {
  const page = await testPages.openPage();
  await page.emulateMedia({ media: null });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(address + fragment);
  await page.locator('.tabs').waitFor();
  expect(problems).toEqual([]);
  return page;
}

const isInView = (row: Locator): Promise<boolean> =>
  row.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    const list = element.closest('.list')?.getBoundingClientRect();
    return list !== undefined && top >= list.top && bottom <= Math.min(list.bottom, innerHeight) + 1;
  });
const titles = (page: Page) => page.locator('.list .title').allTextContents();
const heading = (page: Page) => page.locator('.detail h2');

describe('the list of cases', () => {
  it('has only the rows in view, also after scrolling to its end', async () => {
    const page = await openReport();
    await page.locator('.detail').waitFor();
    expect(await page.locator('*').count()).toBeLessThan(1500);
    expect(await page.locator('.list li').count()).toBeLessThan(60);
    expect(await page.locator('.list h2').allTextContents()).toEqual([
      `Needs attention ${attention}`,
      `Passed ${number('passed')}`,
      `Skipped ${number('skipped')}`,
    ]);
    await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    const last = page.locator(`.list li[aria-posinset="${number('skipped')}"]`).last();
    await last.getByText(lastCase?.title ?? '').waitFor();
    await last.scrollIntoViewIfNeeded();
    expect(await isInView(last)).toBe(true);
    expect(await page.locator('.list li').count()).toBeLessThan(60);
  });

  it('opens the next and the previous case with j and k, and keeps it in view', async () => {
    const page = await openReport();
    for (let count = 0; count < 30; count++) await page.keyboard.press('j');
    const current = page.locator('.list a[aria-current]');
    await current.waitFor();
    await expect.poll(() => isInView(current)).toBe(true);
    expect(await page.locator('.list li:has([aria-current])').getAttribute('aria-posinset')).toBe('31');
    await page.keyboard.press('k');
    await page.locator('.list li[aria-posinset="30"] a[aria-current]').waitFor();
    await expect.poll(() => heading(page).textContent()).toBe(await current.locator('.title').textContent());
  });

  it('moves through all rows with the Tab key', async () => {
    const page = await openReport();
    await page.locator('.list a').first().focus();
    for (let count = 0; count < 60; count++) await page.keyboard.press('Tab');
    expect(await page.locator('.list li:has(a:focus)').getAttribute('aria-posinset')).toBe('61');
  });

  it('draws the next rows as the focus moves, also between two frames of a slow machine', async () => {
    const page = await openReport();
    const reached = await page.evaluate(async () => {
      const focused = () => document.activeElement?.closest('li');
      document.querySelector<HTMLElement>('.list a')?.focus();
      for (let count = 0; count < 60; count++) {
        focused()?.nextElementSibling?.querySelector('a')?.focus();
        for (let microtask = 0; microtask < 5; microtask++) await undefined;
      }
      return focused()?.getAttribute('aria-posinset');
    });
    expect(reached).toBe('61');
  });

  it('focuses the search field while the key / is pressed, so that the next key is text', async () => {
    const page = await openReport();
    const focused = await page.evaluate(() => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }));
      return document.activeElement?.id;
    });
    expect(focused).toBe('search');
  });

  it('opens the case in the address and scrolls to it', async () => {
    const page = await openReport(`#${encodeURIComponent(lastCase?.id ?? '')}`);
    const current = page.locator('.list a[aria-current]');
    await current.waitFor();
    await expect.poll(() => isInView(current)).toBe(true);
    await page.locator(`.ids :text-is("${lastCase?.id}")`).waitFor();
  });

  it('filters by text, verdict and coordinates', async () => {
    const page = await openReport();
    await page.keyboard.press('/');
    await page.keyboard.type('cable pulled');
    await expect
      .poll(async () => new Set(await titles(page)))
      .toEqual(new Set(['The cable is pulled while the key waits for a touch']));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'flaky' }).click();
    await page.getByLabel('browser').selectOption('firefox');
    const expected = run.cases.filter(
      ({ id, verdict, parties }) => id.includes('cable-pulled') && verdict === 'flaky' && parties.browser === 'firefox',
    );
    await page.getByText(`${expected.length} of ${run.cases.length} cases`).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('heading', { name: `Passed ${number('passed')}` }).waitFor();
  });
});

it('is drawn when the load event fires, because programs print at this moment', async () => {
  const page = await openReport();
  await page.addInitScript(() => {
    addEventListener('load', () =>
      document.body.setAttribute('data-drawn', String(document.querySelectorAll('.detail').length)),
    );
  });
  await page.reload();
  expect(await page.locator('body').getAttribute('data-drawn')).toBe('1');
});

describe('a case', () => {
  it('shows its failure, its waterfall and the decoded messages', async () => {
    const page = await openReport();
    await expect.poll(() => page.locator('.failure .headline').textContent()).toContain('expected "packed"');
    expect(await page.locator('.waterfall .row').count()).toBeGreaterThan(10);
    await page.locator('.wire summary', { hasText: 'makeCredential' }).click();
    await page.getByText('rp: {id: "contoso.test", name: "Contoso"}').waitFor();
  });

  it('reports that its details are damaged, and the list still works', async () => {
    const page = await openReport();
    await page.locator('.detail').waitFor();
    await page.evaluate(() => {
      for (const element of document.querySelectorAll('[id^=cases-]')) element.textContent = 'damaged!';
    });
    await page.locator('.list').evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.locator('.list a').last().click();
    await page.getByText('The details of this case cannot be read.').waitFor();
    expect(await page.locator('.list li').count()).toBeGreaterThan(5);
  });
});

describe('print', () => {
  it('contains the whole list when no case is open, and afterwards only the rows in view again', async () => {
    const page = await openReport();
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('.list li').count()).toBe(run.cases.length);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await page.locator('.list li').count()).toBeLessThan(60);
  });

  it('has about as many pages as the rows need, without waiting after the load event', async () => {
    const page = await openReport();
    await page.reload();
    const pdf = (await page.pdf()).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(run.cases.length / 30);
  });

  it('contains the open case', async () => {
    const page = await openReport(`#${encodeURIComponent(run.cases[0]?.id ?? '')}`);
    await page.locator('.detail').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.waterfall').isVisible()).toBe(true);
    expect(await page.locator('.list').isVisible()).toBe(false);
  });
});

it.each(['light', 'dark'] as const)('has no accessibility violations in %s colours', async (colorScheme) => {
  const page = await testPages.openPage();
  await page.emulateMedia({ media: null, colorScheme });
  const found: string[] = [];
  for (const fragment of ['#/', '#/matrix', '#/timings']) {
    await page.goto(smallAddress + fragment);
    await page.locator(fragment === '#/' ? '.detail' : '.overview').waitFor();
    found.push(...(await findViolations(page, colorScheme)).map((violation) => `${fragment}: ${violation}`));
  }
  expect(found).toEqual([]);
});

it('a case that failed twice shows the last attempt with its screenshots, and the earlier one folded', async () => {
  const failure = (attempt: number) => ({ attempt, message: `see: It is not there. The page at /a says "${attempt}"` });
  const failed: CaseResult = {
    ...sampleCase(),
    verdict: 'failed',
    attempts: 2,
    failures: [failure(1), failure(2)],
    attachments: [
      { name: 'log', contentType: 'text/plain', path: 'attachments/log.txt' },
      { name: 'page', contentType: 'image/png', path: 'attachments/page.png' },
    ],
  };
  const file = join(folder, 'twice.html');
  await writeFile(file, renderHtml(runOf([failed])));
  const page = await testPages.openPage();
  await page.goto(pathToFileURL(file).href);
  const shown = page.locator('.detail > .failure');
  expect(await shown.locator('.headline').allTextContents()).toEqual(['see: It is not there.']);
  expect(await shown.locator('.message').textContent()).toContain('says "2"');
  expect(await page.locator('.earlier .message').isVisible()).toBe(false);
  expect(await page.locator('.detail > .failure ~ .part').first().locator('li').allTextContents()).toEqual([
    'page image/png',
    'log text/plain',
  ]);
});

it('the timings list the budgets, exceeded ones first', async () => {
  const page = await openReport();
  await page.goto(`${smallAddress}#/timings`);
  const rows = page.getByRole('region', { name: 'Table of budgets' }).locator('tbody tr');
  expect(await rows.allTextContents()).toEqual([
    expect.stringContaining('failedpin.median is 6 msexceeded'),
    expect.stringContaining('passedpin.median is 4 mskept'),
  ]);
});
