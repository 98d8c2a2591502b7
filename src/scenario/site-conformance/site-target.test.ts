/** The suite for relying parties on web sites in a browser: the reference portal, and a small site that verifies nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '#base/random.ts';
import { type BridgedBrowser, openBridgedBrowser } from '#browser/bridged-page.ts';
import { provideEmulatedAuthenticators } from '#cli/compose/emulated-authenticators.ts';
import { vocabulary } from '#cli/compose/emulator-catalogue.ts';
import { suiteEmulator } from '#cli/compose/suite-emulator.ts';
import { relyingPartyCatalogue } from '#conformance/relying-party/catalogue.ts';
import { runRelyingPartySuite } from '#conformance/relying-party/run-suite.ts';
import { selectEntries } from '#conformance/select.ts';
import { loadScenarios } from '../language/load.ts';
import { type SmallSite, smallSiteFile, startSmallSite } from '../testing/small-site.ts';
import { createSiteTarget } from './site-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-site-conformance-'));
const root = resolve(import.meta.dirname, '../../..');
let browser: BridgedBrowser;
let site: SmallSite;
beforeAll(async () => {
  site = await startSmallSite();
  browser = await openBridgedBrowser({ preferHeadlessShell: true });
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await browser?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

/** Runs cases on the site of a site file. Returns the verdict and the message of each case. */
async function run(ids: string[], file: string, url?: string) {
  const { cases, diagnostics } = loadScenarios([join(import.meta.dirname, 'site-conformance.yaml')], {
    projectRoot: root,
    root: '/',
    ...vocabulary,
    sites: [file],
    ...(url !== undefined && { url }),
    env: {},
  });
  const [scenario] = cases;
  if (!scenario) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const target = await createSiteTarget(scenario, {
    openPage: () => browser.openPage(),
    provide: provideEmulatedAuthenticators,
    random: systemRandom,
  });
  const results = await runRelyingPartySuite(selectEntries(relyingPartyCatalogue, ids), target, suiteEmulator());
  return results.map(({ id, verdict, message, outcome }) => ({ id, verdict, message, outcome }));
}

/** Runs cases on the small site, with this page instead of its own where the user adds a passkey. */
async function runOnSmallSite(ids: string[], methods?: string) {
  const file = join(folder, 'small.yaml');
  writeFileSync(file, smallSiteFile);
  site.replaced = methods === undefined ? {} : { '/methods': methods };
  return run(ids, file, site.url);
}

describe('the target of a web site in a browser', () => {
  it('passes what the portal refuses for the right reason, at registration and at sign-in', async () => {
    const ids = ['client-data.origin.other', 'sign-in.signature.bit'];
    const results = await run(ids, join(root, 'sites/reference-portal.yaml'));
    expect(results).toMatchObject([
      { verdict: 'pass', outcome: { verdict: 'refused', rule: 'client-data.origin' } },
      { verdict: 'pass', outcome: { verdict: 'refused', rule: 'assertion.signature' } },
    ]);
  }, 60_000);

  it('fails a site that verifies nothing', async () => {
    expect(await runOnSmallSite(['client-data.origin.other'])).toMatchObject([
      { verdict: 'fail', outcome: { verdict: 'accepted' } },
    ]);
  }, 30_000);

  it('does not count what the script of a page refuses', async () => {
    const page = `<h1>Choose a method</h1><button id="create">Create a passkey</button><script>
      create.onclick = async () => {
        const options = await (await fetch('/passkeys/options')).json();
        await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
      };</script>`;
    const [result] = await runOnSmallSite(['client-data.origin.other'], page);
    expect(result?.verdict).toBe('inconclusive');
    expect(result?.message).toContain('The page has not sent the response to the site');
  }, 30_000);

  it('leaves out what a page cannot do, and what the site does not ask for', async () => {
    const results = await runOnSmallSite([
      'envelope.id.missing',
      'authenticator-data.flags.uv-missing',
      'session.challenge.twice',
      'sign-in.signature.bit',
      'algorithms.control.eddsa',
    ]);
    expect(results.map(({ verdict, message }) => `${verdict}: ${message}`)).toEqual([
      'not-applicable: the page writes the JSON of the response',
      'not-applicable: the site does not require user verification',
      'not-applicable: the page sends each response once',
      'not-applicable: the site file has no word sign-in-with-passkey',
      'not-applicable: small does not support EdDSA',
    ]);
  }, 30_000);
});
