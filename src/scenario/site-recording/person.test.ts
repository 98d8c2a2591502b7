/** A person registers a passkey, with Playwright as the person: what is recorded, and which site file it becomes. */

import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BridgedBrowser, type BridgedPage, openBridgedBrowser } from '#browser/bridged-page.ts';
import { createRecordingKeys, recordingPin } from '#cli/compose/recording-keys.ts';
import { readSite } from '../language/site-file.ts';
import { type SmallSite, startSmallSite } from '../testing/small-site.ts';
import { PersonRecorder } from './person-recorder.ts';
import type { RecordedCeremony } from './recording.ts';
import { siteFileText } from './site-file-text.ts';
import { SiteRecorder } from './site-recorder.ts';
import { stepsOfPerson } from './steps-of-person.ts';

let browser: BridgedBrowser;
let small: SmallSite;
beforeAll(async () => {
  small = await startSmallSite();
  browser = await openBridgedBrowser({ accessibilityInfo: true, preferHeadlessShell: true });
}, 60_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await small?.[Symbol.asyncDispose]();
});

let opened: BridgedPage;
let page: Page;
let recorder: SiteRecorder;
let person: PersonRecorder;
beforeEach(async () => {
  opened = await browser.openPage();
  page = opened.page;
  recorder = new SiteRecorder({ page, url: small.url, authenticators: createRecordingKeys(), pin: recordingPin });
  await opened.webauthn.handle(recorder.handler);
  person = await PersonRecorder.start(page.context());
});
afterEach(() => opened[Symbol.asyncDispose]());

/** Opens the small site, with other pages in place of its own. */
async function openSite(pages: Record<string, string> = {}): Promise<void> {
  small.replaced = pages;
  await page.goto(small.url);
}

async function signIn(): Promise<void> {
  await page.getByLabel('User name').fill('adele');
  await page.getByPlaceholder('Your password').fill('geheim');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function register(): Promise<void> {
  await page.getByRole('link', { name: 'Add sign-in method' }).click();
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await expect.poll(() => recorder.ceremonies[0]?.error).toBe('none');
}

const steps = async () => stepsOfPerson(await person.actions(), recorder.ceremonies);
const stepTexts = async () => (await steps()).steps.map(({ word, step }) => `${word}: ${JSON.stringify(step)}`);
const writeFile = async () =>
  siteFileText({ id: 'small', recording: await recorder.recording(), probe: await steps() });

describe('a person who registers a passkey', () => {
  it('does the words of the flow, with locators by label, placeholder, role and test id', async () => {
    await openSite();
    await signIn();
    await register();
    await page.getByLabel('Passkey name').fill('My key');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await stepTexts()).toEqual([
      'sign-in: {"fill":{"label":"User name","value":"${user.name}"}}',
      'sign-in: {"fill":{"placeholder":"Your password","value":"${user.password}"}}',
      'sign-in: {"click":{"role":"button","name":"Sign in","exact":true}}',
      'add-sign-in-method: {"click":{"role":"link","name":"Add sign-in method"}}',
      'choose-method.passkey: {"click":{"role":"button","name":"Create a passkey"}}',
      'name: {"fill":{"label":"Passkey name","value":"${name}"}}',
      'done: {"click":{"role":"button","name":"Save"}}',
    ]);
    expect(await steps()).toMatchObject({
      securityPath: '/account',
      signInPath: '/sign-in',
      stoppedBecause: undefined,
    });
  });

  it('gets a valid site file, and the password is neither in the file nor in the recording', async () => {
    await openSite();
    await signIn();
    await register();
    const text = await writeFile();
    const { site, diagnostics } = readSite(text, 'small.yaml', { SITE_USER: 'adele', SITE_PASSWORD: 'geheim' });
    expect(diagnostics).toEqual([]);
    expect(site?.user).toEqual({ name: 'adele', password: 'geheim' });
    expect(text).toContain('user: { name: "${env:SITE_USER}", password: "${secret:SITE_PASSWORD}" }');
    expect(text + JSON.stringify(await person.actions())).not.toMatch(/geheim/);
  });

  it('may type keys one by one, correct them, and submit with Enter', async () => {
    await openSite();
    await page.getByLabel('User name').pressSequentially('bob');
    await page.getByLabel('User name').fill('adele');
    await page.getByPlaceholder('Your password').pressSequentially('geheim');
    await page.keyboard.press('Enter');
    await register();
    expect((await stepTexts()).slice(0, 3)).toEqual([
      'sign-in: {"fill":{"label":"User name","value":"${user.name}"}}',
      'sign-in: {"fill":{"placeholder":"Your password","value":"${user.password}"}}',
      'sign-in: {"click":{"role":"button","name":"Sign in","exact":true}}',
    ]);
  });

  it('is asked for a code after the password, and again before create()', async () => {
    const code = '<label>Code <input></label><button>Verify</button>';
    await openSite({
      '/sign-in': `<form method=post action="/code"><label>E-mail <input type=email></label>
        <label>Password <input type=password></label><button>Next</button></form>`,
      '/code': `<form method=post action="/session">${code}</form>`,
    });
    await page.getByLabel('E-mail').fill('adele@shop.example');
    await page.getByLabel('Password').fill('geheim');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('Code').fill('123456');
    await page.getByRole('button', { name: 'Verify' }).click();
    await register();
    expect((await stepTexts()).slice(0, 5)).toEqual([
      'sign-in: {"fill":{"label":"E-mail","value":"${user.name}"}}',
      'sign-in: {"fill":{"label":"Password","value":"${user.password}"}}',
      'sign-in: {"click":{"role":"button","name":"Next"}}',
      'sign-in: {"fill":{"label":"Code","value":"${totp}"}}',
      'sign-in: {"click":{"role":"button","name":"Verify"}}',
    ]);
    const text = await writeFile();
    expect(text).toContain('totp: "${secret:SITE_TOTP}"');
    const env = { SITE_USER: 'adele', SITE_PASSWORD: 'geheim', SITE_TOTP: 'JBSWY3DPEHPK3PXP' };
    expect(readSite(text, 'small.yaml', env).diagnostics).toEqual([]);
  });

  it('signs in on a page in another language, and neither user name nor code is recorded', async () => {
    await openSite({
      '/sign-in': `<form method=post action="/code"><label>Anmeldename <input></label>
        <label>Kennwort <input type=password></label><button>Anmelden</button></form>`,
      '/code': `<form method=post action="/session"><label>Einmalcode <input></label><button>Weiter</button></form>`,
    });
    await page.getByLabel('Anmeldename').fill('adele');
    await page.getByLabel('Kennwort').fill('geheim');
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByLabel('Einmalcode').fill('123456');
    await page.getByRole('button', { name: 'Weiter' }).click();
    await register();
    expect((await stepTexts()).slice(0, 5)).toEqual([
      'sign-in: {"fill":{"label":"Anmeldename","value":"${user.name}"}}',
      'sign-in: {"fill":{"label":"Kennwort","value":"${user.password}"}}',
      'sign-in: {"click":{"role":"button","name":"Anmelden"}}',
      'sign-in: {"fill":{"label":"Einmalcode","value":"${totp}"}}',
      'sign-in: {"click":{"role":"button","name":"Weiter"}}',
    ]);
  });

  it.each([
    ['TAN <input>', '${totp}'],
    ['C&oacute;digo <input>', '${totp}'],
    ['Zahl <input inputmode=numeric maxlength=6>', '${totp}'],
    ['Zip code <input>', '123456'],
  ])('types into the field %s', async (field, value) => {
    await openSite({ '/sign-in': `<label>${field}</label><button onclick="location = '/methods'">Go</button>` });
    await page.getByRole('textbox').fill('123456');
    await page.getByRole('button', { name: 'Go' }).click();
    await page.getByRole('button', { name: 'Create a passkey' }).click();
    await expect.poll(() => recorder.ceremonies[0]?.error).toBe('none');
    expect((await stepTexts())[0]).toContain(`"value":"${value}"`);
  });

  it('checks, selects, presses Enter without a button, and works in frames and new tabs', async () => {
    const form = `<label><input type=checkbox> Remember me</label><label>Country <select><option>Norway<option>Peru</select></label>
      <form onsubmit="return false"><label>Search <input></label></form>
      <iframe title=Extra srcdoc="<button>Go on</button><button>Go on</button>"></iframe>
      <a href="/methods" target=_blank>Passkeys</a>`;
    await openSite({ '/account': form });
    await signIn();
    await page.getByLabel('Remember me').check();
    await page.getByLabel('Country').press('ArrowDown');
    await page.getByLabel('Search').fill('passkeys');
    await page.keyboard.press('Enter');
    await page.frameLocator('iframe').getByRole('button').last().click();
    const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Passkeys' }).click()]);
    await tab.getByRole('button', { name: 'Create a passkey' }).click();
    await expect.poll(() => recorder.ceremonies[0]?.error).toBe('none');
    expect((await stepTexts()).slice(3).map((text) => text.replace(/^[\w-]+(?:\.\w+)?: /, ''))).toEqual([
      '{"check":{"label":"Remember me"}}',
      '{"select":{"label":"Country","option":"Peru"}}',
      '{"fill":{"label":"Search","value":"passkeys"}}',
      '{"press":{"label":"Search","key":"Enter"}}',
      '{"click":{"role":"button","name":"Go on","exact":true,"nth":1,"frame":{"css":"iframe[title=\\"Extra\\"]"}}}',
      '{"click":{"role":"link","name":"Passkeys","opens-tab":true}}',
      '{"click":{"role":"button","name":"Create a passkey"}}',
    ]);
  });

  it('signs out and in with the passkey, which begins at the page for that', () => {
    const click = (name: string, path: string, atMs: number) =>
      ({ kind: 'click', target: { role: 'button', name }, path, atMs }) as const;
    const ceremony = (method: 'create' | 'get', startedAtMs: number): RecordedCeremony => {
      return { method, startedAtMs, path: '/', options: {}, error: 'none', savedTo: 'security-key', typedPin: true };
    };
    const actions = [
      click('Add a passkey', '/keys', 1),
      click('Done', '/keys', 3),
      click('Sign out', '/keys', 4),
      click('Sign in with a passkey', '/login', 5),
      click('Log', '/keys', 7),
    ];
    const { steps: recorded } = stepsOfPerson(actions, [ceremony('create', 2), ceremony('get', 6)]);
    expect(recorded.map(({ word, step }) => `${word}: ${JSON.stringify(step)}`)).toEqual([
      'choose-method.passkey: {"click":{"role":"button","name":"Add a passkey"}}',
      'done: {"click":{"role":"button","name":"Done"}}',
      'sign-out: {"click":{"role":"button","name":"Sign out"}}',
      'sign-out: {"wait-for":{"at":"/login"}}',
      'sign-in-with-passkey: {"open":"/login"}',
      'sign-in-with-passkey: {"click":{"role":"button","name":"Sign in with a passkey"}}',
    ]);
  });

  it('leaves before create()', async () => {
    await openSite();
    await signIn();
    expect(await steps()).toMatchObject({ stoppedBecause: 'The site did not call create()' });
  });
});
