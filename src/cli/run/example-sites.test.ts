/** The scenarios of `scenarios/any-site` run unchanged on the reference portal and on two independent sites, in one report. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '#browser/launch.ts';
import type { RunResult } from '#result/run-result.ts';
import { type ExampleSite, startExampleSite } from '../testing/example-site.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'touchstone-sites-'));
const ids = ['broken-signature', 'cancel', 'happy-path', 'key-pulled', 'same-key-again', 'wrong-pin'];
const foreign = ['better-auth', 'simplewebauthn'] as const;
const allSites = ['better-auth', 'reference-portal', 'simplewebauthn'];

let servers: ExampleSite[] = [];
let cases: RunResult['cases'] = [];

async function runOnAllSites(): Promise<void> {
  servers = await Promise.all(foreign.map(startExampleSite));
  const [betterAuth, simpleWebAuthn] = servers;
  const files = ['sites/reference-portal.yaml', ...servers.map(({ file }) => file)].flatMap((file) => ['--site', file]);
  const env = { ...process.env, BETTER_AUTH_URL: betterAuth?.url, SIMPLEWEBAUTHN_URL: simpleWebAuthn?.url };
  const args = ['src/cli/touchstone.mjs', 'run', 'scenarios/any-site', ...files, '-o', folder];
  await new Promise((ended) => execFile(process.execPath, args, { cwd: root, env, maxBuffer: 2 ** 26 }, ended));
  cases = (JSON.parse(readFileSync(join(folder, 'latest/result.json'), 'utf8')) as RunResult).cases;
}

beforeAll(runOnAllSites, 400_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

describe('touchstone run --site', () => {
  it('runs the same six scenarios on three sites', () => {
    expect(cases.map(({ id, verdict }) => `${verdict} ${id.replace(/^any-site\./, '')}`).toSorted()).toEqual(
      ids.flatMap((id) => allSites.map((site) => `passed ${id}[relying-party.site=${site}]`)),
    );
  });

  it.each(foreign)('reports what %s does not tell as not observable, and the phases of its requests', (site) => {
    const broken = cases.find(({ id }) => id === `any-site.broken-signature[relying-party.site=${site}]`);
    const notObservable = broken?.expectations.filter(({ skipped }) => skipped !== undefined).map(({ path }) => path);
    expect(notObservable).toEqual(['relying-party.passkey', 'authenticator.abandoned-credentials']);
    expect(broken?.spans.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['rp-options', 'rp-verify']));
  });

  it('shows the sites side by side: a row for each scenario, a column for each site', async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${pathToFileURL(join(folder, 'latest/index.html')).href}#/matrix`);
      const textsOf = (selector: string) => page.locator(`.heatmap ${selector}`).allInnerTexts();
      await page.locator('.heatmap').waitFor();
      expect((await textsOf('thead th')).toSorted()).toEqual(allSites);
      expect((await textsOf('tbody th')).toSorted()).toEqual(ids.map((id) => `any-site.${id}`));
      expect(await textsOf('td button')).toEqual(Array(ids.length * allSites.length).fill('✓ 1/1'));
    } finally {
      await browser.close();
    }
  }, 60_000);
});
