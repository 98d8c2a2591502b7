/** The scenarios of `scenarios/any-site` run unchanged on the reference portal and on two independent sites, in one report. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useTestPages } from '#browser/testing/test-pages.ts';
import { assembleResult } from '#report/assemble-result.ts';
import { renderHtml } from '#report/html/html.ts';
import { collectRunFacts } from '#report/run-facts.ts';
import type { RunResult } from '#result/run-result.ts';
import { openCases, resultOf } from '../testing/cases-in-process.ts';
import { type ExampleSite, startExampleSite } from '../testing/example-site.ts';

const testPages = useTestPages();
const folder = mkdtempSync(join(tmpdir(), 'touchstone-sites-'));
const ids = ['broken-signature', 'cancel', 'happy-path', 'key-pulled', 'same-key-again', 'wrong-pin'];
const foreign = ['better-auth', 'simplewebauthn'] as const;
const allSites = ['better-auth', 'reference-portal', 'simplewebauthn'];

let servers: ExampleSite[] = [];
const cases: RunResult['cases'] = [];

beforeAll(async () => {
  servers = await Promise.all(foreign.map(startExampleSite));
  const files = ['sites/reference-portal.yaml', ...servers.map(({ file }) => file)];
  vi.stubEnv('BETTER_AUTH_URL', servers[0]?.url);
  vi.stubEnv('SIMPLEWEBAUTHN_URL', servers[1]?.url);
  await using opened = await openCases(['scenarios/any-site'], { sites: files.map((file) => resolve(file)) });
  for (const id of opened.ids) cases.push(resultOf(await opened.run(id)));
}, 400_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

describe('the scenarios of any site', () => {
  it('pass on three sites without a change', () => {
    expect(cases.map(({ id, verdict }) => `${verdict} ${id.replace(/^any-site\./, '')}`).toSorted()).toEqual(
      ids.flatMap((id) => allSites.map((site) => `passed ${id}[relying-party.site=${site}]`)),
    );
  });

  it.each(foreign)('report what cannot be observed on %s, and the phases of its requests', (site) => {
    const broken = cases.find(({ id }) => id === `any-site.broken-signature[relying-party.site=${site}]`);
    const notObservable = broken?.expectations.filter(({ skipped }) => skipped !== undefined).map(({ path }) => path);
    expect(notObservable).toEqual(['relying-party.passkey', 'authenticator.abandoned-credentials']);
    expect(broken?.spans.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['rp-options', 'rp-verify']));
  });

  it('are shown side by side: a row for each scenario, a column for each site', async () => {
    const facts = collectRunFacts({ id: 'sites', folder, startedAt: 0, durationMs: 1, command: 'run' });
    const parts = { run: facts, cases, errors: [], interrupted: false };
    const file = join(folder, 'index.html');
    await writeFile(file, renderHtml(assembleResult(parts, (text) => text)));
    const page = await testPages.openPage();
    await page.goto(`${pathToFileURL(file).href}#/matrix`);
    const textsOf = (selector: string) => page.locator(`.heatmap ${selector}`).allInnerTexts();
    await page.locator('.heatmap').waitFor();
    expect((await textsOf('thead th')).toSorted()).toEqual(allSites);
    expect((await textsOf('tbody th')).toSorted()).toEqual(ids.map((id) => `any-site.${id}`));
    expect(await textsOf('td button')).toEqual(Array(ids.length * allSites.length).fill('✓ 1/1'));
  });
});
