/** Site files with mistakes on a real page: which line fails, and what is suggested instead. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgedPage, openBridgedPage } from '#browser/bridged-page.ts';
import { provideEmulatedAuthenticators } from '#cli/compose/emulated-authenticators.ts';
import { vocabulary } from '#cli/compose/emulator-catalogue.ts';
import { loadScenarios } from '../language/load.ts';
import { ownClient } from '../parties/client/own-client.ts';
import { type SmallSite, smallSiteFile, startSmallSite } from '../testing/small-site.ts';
import { checkSiteFile, type SiteCheckResult } from './check-site-file.ts';

const checkScenario = resolve(import.meta.dirname, 'site-check.yaml');
const folder = mkdtempSync(join(tmpdir(), 'touchstone-site-check-'));
let bridged: BridgedPage;
let site: SmallSite;
beforeAll(async () => {
  site = await startSmallSite();
  bridged = await openBridgedPage({ preferHeadlessShell: true });
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await bridged?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

interface Changes {
  /** Pages of the site, by path. */
  pages?: Record<string, string>;
  url?: string;
  /** Time limit of each word, where the check fails only when it is over. Default: that of the scenario. */
  wordTimeoutMs?: number;
}

/** Checks the file of the small site with `wrong` instead of `right`. */
async function check(
  right = '',
  wrong = '',
  { pages = {}, url = site.url, ...limit }: Changes = {},
): Promise<SiteCheckResult> {
  if (!smallSiteFile.includes(right)) throw new Error(`The site file does not contain ${right}`);
  const text = withShortTimeout(
    smallSiteFile.replace(right, () => wrong),
    wrong,
  );
  const file = join(folder, 'small.yaml');
  writeFileSync(file, text);
  const { cases, diagnostics } = loadScenarios([checkScenario], {
    projectRoot: folder,
    root: '/',
    ...vocabulary,
    sites: [file],
    url,
    env: {},
  });
  const [scenario] = cases;
  if (!scenario) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  site.replaced = pages;
  return checkSiteFile(scenario, {
    page: bridged.page,
    client: ownClient(bridged.webauthn, { headed: false, route: bridged.route }),
    provide: provideEmulatedAuthenticators,
    text,
    ...limit,
  });
}

/** Gives the step that contains `wrong` a short time limit, because it fails only when that is over. */
function withShortTimeout(text: string, wrong: string): string {
  if (wrong.length < 5) return text;
  return text
    .split('\n')
    .flatMap((line) =>
      line.includes(wrong) && /^ +- /.test(line) ? [line, line.replace(/- .*/, '  timeout: 1s')] : [line],
    )
    .join('\n');
}

const lineOf = (text: string) => smallSiteFile.split('\n').findIndex((line) => line.includes(text)) + 1;

describe('checkSiteFile', () => {
  it('follows a site that registers the passkey in a pop-up', async () => {
    const account = '<p>Signed in as adele</p><a href="/methods" target="_blank">Add sign-in method</a>';
    const list = '<ul><li>Desk key <button>Delete</button></li></ul>';
    const { failure, words } = await check(
      'click: { role: link, name: Add sign-in method }',
      'click: { role: link, name: Add sign-in method, opens-tab: true }',
      { pages: { '/account': account + list } },
    );
    expect(failure).toBeUndefined();
    expect(words.filter(({ verdict }) => verdict === 'passed')).toHaveLength(7);
  });

  it('does every word that the file has, and reports which it does not check', async () => {
    const { words, failure } = await check();
    expect(failure).toBeUndefined();
    expect(words.map(({ word, verdict }) => `${verdict} ${word}`)).toEqual([
      'passed open-security-info',
      'passed add-sign-in-method',
      'passed choose-method.passkey',
      'passed name',
      'passed done',
      'passed open-security-info',
      'passed delete',
      'not-checked sign-out',
      'not-checked sign-in-with-passkey',
      'not-checked mfa.totp',
      'not-checked rename',
    ]);
  });

  it.each<[string, string, string, RegExp, string]>([
    [
      'a typing error in the name',
      '{ role: button, name: Create a passkey }',
      '{ role: button, name: Create a pasky }',
      /^The page does not show getByRole\('button', \{ name: 'Create a pasky' \}\)$/,
      '{ role: button, name: Create a passkey }',
    ],
    [
      'another role',
      '{ role: link, name: Add sign-in method }',
      '{ role: button, name: Add sign-in method }',
      /^The page does not show getByRole\('button'/,
      '{ role: link, name: Add sign-in method }',
    ],
    [
      'a name that several elements have',
      'name: Sign in, exact: true }',
      'name: Sign in }',
      /^2 elements match getByRole\('button', \{ name: 'Sign in' \}\); expected one/,
      '{ role: button, name: Sign in, exact: true }',
    ],
    [
      'several equal elements in a list',
      ', within: { role: listitem, has-text: Desk } }',
      ' }',
      /^2 elements match getByRole\('button', \{ name: 'Delete' \}\)/,
      '{ role: button, name: Delete, within: { role: listitem, has-text: Desk key } }',
    ],
    [
      'an element in a frame',
      '{ role: button, name: Create a passkey }',
      '{ role: button, name: Use an app }',
      /^The page does not show/,
      `{ role: button, name: Use an app, frame: { css: 'iframe[title="Other methods"]' } }`,
    ],
    [
      'a hidden element',
      '{ role: button, name: Create a passkey }',
      '{ text: Create a smart card }',
      /^The page does not show getByText\('Create a smart card'\)\. The page has the element, but hides it$/,
      '{ role: button, name: Create a passkey }',
    ],
    [
      'a wrong path to open',
      'open: /account',
      'open: /acount',
      /^The site answered GET \/acount with status 404$/,
      'open: /account',
    ],
    [
      'a wrong path to wait for',
      'wait-for: { at: /account }',
      'wait-for: { at: /my-account }',
      /^The page is not at \/my-account, but at \/account$/,
      '{ at: /account }',
    ],
    [
      'a wrong label',
      '{ label: User name,',
      '{ label: Username,',
      /^The page does not show getByLabel\('Username'\)$/,
      '{ label: User name }',
    ],
    [
      'a wrong placeholder',
      '{ placeholder: Your password,',
      '{ placeholder: Password please,',
      /^The page does not show getByPlaceholder/,
      '{ placeholder: Your password }',
    ],
    [
      'a wrong test id',
      '{ test-id: save }',
      '{ test-id: safe-button }',
      /^The page does not show getByTestId\('safe-button'\)$/,
      '{ test-id: save }',
    ],
    [
      'a text that the page does not have',
      'see: Choose a method',
      'see: Choose the method',
      /^The page does not contain "Choose the method"/,
      '{ role: heading, name: Choose a method }',
    ],
    [
      'a CSS selector that matches nothing',
      '{ role: button, name: Create a passkey }',
      '{ css: "#create-passkey" }',
      /^The page does not show locator\('#create-passkey'\)$/,
      '{ role: button, name: Create a passkey }',
    ],
    [
      'a request pattern that matches nothing',
      'result: POST /passkeys',
      'result: POST /passkey/new',
      /^No request matched POST \/passkey\/new$/,
      'result: POST /passkeys',
    ],
    [
      'an outcome with another status',
      'status: 201',
      'status: 200',
      /^Expected the outcome registered after the registration; the site shows none of the outcomes of the file$/,
      'registered: { request: result, status: 201 }',
    ],
  ])('finds %s', async (_, right, wrong, message, suggestion) => {
    const { failure } = await check(right, wrong);
    expect(failure?.message).toMatch(message);
    const line = right.startsWith('status') ? 'registered:' : right.slice(0, 40);
    expect(failure?.location.line).toBe(lineOf(line));
    expect(failure?.suggestions).toEqual(expect.arrayContaining([suggestion]));
    expect(failure?.screenshot?.subarray(1, 4).toString()).toBe('PNG');
    expect(failure?.tree).not.toBe('');
  });

  it('deletes the passkey by the name that it has, if the file has no word rename', async () => {
    const pages = {
      '/account': '<p>adele</p><a href="/methods">Add sign-in method</a><li>Site check <button>Delete</button></li>',
    };
    const { failure } = await check('has-text: Desk } }', 'has-text: "${name}" } }', { pages });
    expect(failure).toBeUndefined();
  });

  it('does not look for a passkey that it has not named', async () => {
    const { failure, words } = await check('    - fill: { label: Passkey name, value: "${name}" }', '    []');
    expect(failure).toBeUndefined();
    expect(words.find(({ word }) => word === 'delete')).toMatchObject({
      verdict: 'not-checked',
      reason: 'the word name has no steps, so the check does not know what its passkey is called',
    });
  });

  it('finds that a page has changed, and shows its accessible tree', async () => {
    const { failure } = await check('', '', {
      pages: { '/methods': '<h1>Choose a method</h1><button>Set up a passkey</button>' },
      wordTimeoutMs: 4_000,
    });
    expect(failure).toMatchObject({
      message: "The page does not show getByRole('button', { name: 'Create a passkey' })",
      path: '/methods',
      tree: '- heading "Choose a method" [level=1]\n- button "Set up a passkey"',
    });
    expect(failure?.suggestions[0]).toBe('{ role: button, name: Set up a passkey }');
  });

  it('finds that a page does not call create()', async () => {
    const { failure } = await check('', '', {
      pages: { '/methods': '<h1>Choose a method</h1><button>Create a passkey</button>' },
      wordTimeoutMs: 4_000,
    });
    expect(failure?.message).toBe('The page has not called navigator.credentials.create() within 4000 ms');
    expect(failure?.location.line).toBe(lineOf('name: Create a passkey'));
  });

  it('does not show the password of the user', async () => {
    const { failure } = await check('name: Sign in, exact: true }', 'name: Log in }');
    expect(JSON.stringify({ ...failure, screenshot: undefined })).not.toContain('geheim');
    expect(failure?.tree).toContain('•••');
  });

  it('cannot check a site that does not answer', async () => {
    const unreachable = check('', '', { url: 'http://localhost:9' });
    await expect(unreachable).rejects.toThrow(/^Cannot open http:\/\/localhost:9: page\.goto: net::ERR_/);
  });
});
