/** Users who sign in with a passkey, on the reference portal behind a site file. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { systemRandom } from '#base/random.ts';
import { type BridgedBrowser, openBridgedBrowser } from '#browser/bridged-page.ts';
import { createRecordingKeys, recordingPin } from '#cli/compose/recording-keys.ts';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import { generateTotpSecret } from '#relying-party/methods/totp.ts';
import { type Portal, startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import type { SiteDefinition } from '../../language/site-definition.ts';
import { readSite } from '../../language/site-file.ts';
import { SiteUsers } from './site-users.ts';
import { UserPasskeys } from './user-passkeys.ts';

const portalFile = readFileSync('sites/reference-portal.yaml', 'utf8');
const timeout = 30_000;

const createKeys = () => ({ authenticators: createRecordingKeys(), pin: recordingPin });

let portal: Portal;
let browser: BridgedBrowser;
let passkeys: UserPasskeys;
let events: string[];
let users = 0;
const store = openStore();
beforeAll(async () => {
  browser = await openBridgedBrowser({ preferHeadlessShell: true });
  portal = await startPortal({
    store,
    clock: systemClock,
    random: systemRandom,
    trustAnchors: [],
    passwordCost: quickScrypt,
    events: ({ event }) => void events.push(event),
  });
}, 60_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});
beforeEach(() => {
  events = [];
  passkeys = new UserPasskeys(createKeys);
});

/** Returns the site file of the portal for a new user. `edit` changes its text. */
async function createSite(edit = (text: string) => text): Promise<SiteDefinition> {
  const user = { name: `user-${users++}@contoso.test`, password: 'correct horse battery' };
  const totp = generateTotpSecret(systemRandom);
  await portal.directory.createUser({ ...user, totpSecret: totp });
  const head = `url: ${portal.origin}\nuser: ${JSON.stringify({ ...user, totp, 'sign-in-with': 'passkey' })}`;
  const { site, diagnostics } = readSite(edit(portalFile.replace('server: reference-portal', head)), 'portal.yaml', {});
  if (!site) throw new Error(JSON.stringify(diagnostics));
  return site;
}

/** Signs the user in as a case does, in a browser context of its own. Returns what the portal shows to the user then. */
async function signIn(definition: SiteDefinition, signal = AbortSignal.timeout(timeout)): Promise<string> {
  await using opened = await browser.openPage();
  const { page, webauthn } = opened;
  await using organisation = await SiteUsers.create({ url: portal.origin, file: 'portal.yaml', definition });
  const handle = webauthn.handle.bind(webauthn);
  await passkeys.signIn({ page, url: portal.origin, definition, organisation, handle }, signal);
  await page.waitForURL(`${portal.origin}/security-info`);
  return new URL(page.url()).pathname;
}

describe('a user who signs in with a passkey', { timeout }, () => {
  it('registers it in the first case of a worker in which that is possible, and signs in with it in every case', async () => {
    const site = await createSite();
    await expect(signIn(site, AbortSignal.abort())).rejects.toThrow('Cannot register the passkey of the user');
    expect(await signIn(site)).toBe('/security-info');
    expect(events.filter((event) => /signin|passkey\.registered/.test(event))).toEqual([
      'signin.ok',
      'passkey.registered',
      'signin.passkey.ok',
    ]);
    events = [];
    expect(await signIn(site)).toBe('/security-info');
    expect(events).toEqual(['signin.passkey.ok']);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'the registration cannot be done',
      (text) =>
        text
          .replace(/- (click: .* name: Add sign-in method.*)/, '- { $1, timeout: 100ms }')
          .replace('Add sign-in method', 'Add a method'),
      /^Cannot register the passkey of the user: The page does not show .*Add a method.* \(click, portal\.yaml:\d+\)$/,
    ],
    [
      'the site calls no create()',
      (text) => text.replace(/^ {2}mfa:\n {4}totp:\n(?: {6}.*\n)+/m, '  mfa:\n    totp: []\n'),
      /^Cannot register the passkey of the user: the page \/.* did not call create\(\)$/,
    ],
    [
      'the site calls no get()',
      (text) => text.replace('- click: { role: button, name: Use a passkey, exact: true }', '- see: Use a passkey'),
      /^Cannot sign in with the passkey of the user: the page \/sign-in did not call get\(\)$/,
    ],
  ])('reports it if %s', async (_, edit, message) => {
    passkeys = new UserPasskeys(createKeys, 1_000);
    const error = await signIn(await createSite(edit)).catch((reason) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(message);
  });
});
