/** Opens the HTML report of a conformance run in a browser, from disk as a user does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '#browser/launch.ts';
import { findViolations } from '#browser/testing/accessibility.ts';
import { compareReports } from '../compare.ts';
import type { ConformanceReport } from '../report-model.ts';
import { sampleAuthenticatorReport, sampleRelyingPartyReport } from '../testing/sample-reports.ts';
import { renderHtml } from './html.ts';

let browser: Browser;
let context: BrowserContext;
let folder: string;
let authenticator: ConformanceReport;
let relyingParties: ConformanceReport;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-conformance-page-'));
  const earlier = await sampleAuthenticatorReport();
  const defective = await sampleAuthenticatorReport('pin.retries-unlimited');
  authenticator = { ...defective, comparison: compareReports(earlier, defective) };
  relyingParties = await sampleRelyingPartyReport();
  await writeFile(join(folder, 'authenticator.html'), renderHtml(authenticator));
  await writeFile(join(folder, 'relying-party.html'), renderHtml(relyingParties));
  browser = await launchBrowser({ preferHeadlessShell: true });
}, 60_000);
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const addressOf = (name: string): string => pathToFileURL(join(folder, `${name}.html`)).href;

/** Opens the report without network. A script error or a message on the console fails the test. */
async function openReport(name: string, fragment = '', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, offline: true, colorScheme });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(addressOf(name) + fragment);
  await page.locator('.tabs').waitFor();
  expect(problems).toEqual([]);
  return page;
}

const failedCases = () => authenticator.cases.filter(({ verdict }) => verdict === 'fail');

describe('the report of an authenticator', () => {
  it('begins with the violated requirements, and shows their messages decoded beside hex', async () => {
    const page = await openReport('authenticator');
    expect(await page.locator('h1').textContent()).toContain('2 requirements violated');
    expect(await page.locator('.list h2').first().textContent()).toBe(`Violated ${failedCases().length}`);
    expect(await page.locator('.failure .headline').textContent()).toBe('Expected pinRetries to be 7, got 8');
    const last = page.locator('.wire > li').last();
    await last.getByText('{pinRetries: 8}').waitFor();
    await last.getByText('00 a1 03 08').waitFor();
  });

  it('names identity, profiles and groups in the summary, and opens the cases of a group', async () => {
    const page = await openReport('authenticator', '#/summary');
    await page.getByText('746f7563-6873-4f6e-a500-000000000023').waitFor();
    await page.locator('.profiles .v-fail', { hasText: 'ctap2.1' }).waitFor();
    await page.getByRole('button', { name: 'makecred' }).click();
    const expected = authenticator.cases.filter(({ id }) => id.startsWith('makecred.')).length;
    await page.getByText(`${expected} of ${authenticator.cases.length} cases`).waitFor();
  });

  it('shows percentiles of each command', async () => {
    const page = await openReport('authenticator', '#/times');
    await page.locator('.percentiles th', { hasText: 'authenticatorClientPIN' }).first().waitFor();
    expect(await page.locator('.percentiles tbody tr').first().locator('td').count()).toBe(5);
  });

  it('lists what became worse since the earlier report', async () => {
    const page = await openReport('authenticator', '#/changes');
    await page.getByRole('heading', { name: `Worse ${failedCases().length} cases` }).waitFor();
    await page.getByRole('link', { name: 'pin.retries.decrease@pin1' }).click();
    await page.locator('.case-head h2', { hasText: 'A wrong PIN costs one retry' }).waitFor();
    expect(await page.locator('.numbers').textContent()).toContain('Earlier verdictpass');
  });

  it('filters with the keyboard and by verdict, and moves through the cases with j and k', async () => {
    const page = await openReport('authenticator');
    await page.keyboard.press('/');
    await page.keyboard.type('costs one retry');
    await expect.poll(() => page.locator('.list li').count()).toBe(2);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect.poll(() => page.locator('.ids').textContent()).toBe('pin.retries.decrease@pin2');
    await page.getByRole('button', { name: 'pass' }).click();
    await page.getByText('No case matches these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('heading', { name: `Violated ${failedCases().length}` }).waitFor();
  });

  it('prints summary and list, and the open case alone', async () => {
    const page = await openReport('authenticator');
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('.list li').count()).toBe(authenticator.cases.length);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.groups').isVisible()).toBe(true);
    await page
      .locator('.list a')
      .first()
      .evaluate((link: HTMLAnchorElement) => link.click());
    await page.locator('.cases.chosen').waitFor();
    expect(await page.locator('.groups').isVisible()).toBe(false);
    expect(await page.locator('.wire').isVisible()).toBe(true);
  });
});

describe('the report of relying parties', () => {
  it('counts mistakes by severity, and shows every case on every target', async () => {
    const page = await openReport('relying-party', '#/matrix');
    const mistakes = relyingParties.cases.flatMap(({ mistake }) => mistake ?? []);
    for (const severity of ['account-takeover', 'hygiene']) {
      const count = mistakes.filter((mistake) => mistake === severity).length;
      await page.getByRole('button', { name: `${count}: ${severity}, weak` }).waitFor();
    }
    const found = await page.locator('.case-matrix').last().locator('tbody tr').count();
    expect(found).toBe(mistakes.length);
    await page.getByRole('button', { name: 'Show all cases' }).click();
    await expect
      .poll(() => page.locator('.case-matrix').last().locator('tbody tr').count())
      .toBe(relyingParties.requirements.length);
  });

  it('shows what the target got, decoded, and what a violation means', async () => {
    const page = await openReport('relying-party');
    await page.getByText('A response that was made for the page of an attacker is accepted').first().waitFor();
    await page.getByText('"type": "webauthn.create"').waitFor();
    await page.getByText('fmt').first().waitFor();
  });
});

const views: Readonly<Record<string, readonly string[]>> = {
  authenticator: ['#/', '#/summary', '#/times', '#/changes'],
  'relying-party': ['#/', '#/matrix'],
};

it.each(['light', 'dark'] as const)(
  'has no accessibility violations in %s colours',
  async (colours) => {
    const found: string[] = [];
    for (const [name, fragments] of Object.entries(views)) {
      const page = await openReport(name, '', colours);
      for (const fragment of fragments) {
        await page.goto(addressOf(name) + fragment);
        await page.locator(fragment === '#/' ? '.detail' : '.overview').waitFor();
        const violations = await findViolations(page, colours);
        found.push(...violations.map((violation) => `${name}${fragment}: ${violation}`));
      }
      await context.close();
    }
    expect(found).toEqual([]);
  },
  60_000,
);
