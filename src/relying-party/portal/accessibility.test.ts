/** Checks every page of the registration flow with axe against WCAG 2.2 AA, in light and dark colours. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { launchBrowser } from '#browser/launch.ts';
import { quickScrypt } from '../methods/secret-hash.ts';
import { openStore } from '../store/libsql-store.ts';
import { roles, type Store } from '../store/store.ts';
import { type Portal, startPortal } from './portal.ts';

const signedOut = ['/sign-in', '/sign-in?with=tap'];
const signedIn = [
  '/security-info',
  '/security-info/add',
  '/security-info/authenticator-app',
  '/security-info/passkey',
  '/verify?next=/security-info/passkey',
  '/admin',
  '/admin/policy',
  '/admin/log',
  '/no-such-page',
];

describe.each(['light', 'dark'] as const)('portal pages in %s colours', (colorScheme) => {
  let browser: Browser;
  let store: Store;
  let portal: Portal;

  beforeAll(async () => {
    browser = await launchBrowser();
    store = openStore();
    portal = await startPortal({ store, clock: systemClock, random: systemRandom, passwordCost: quickScrypt });
    const name = 'adele@contoso.test';
    await portal.directory.createUser({ name, password: 'secret', displayName: 'Adele Vance', roles: [...roles] });
  });

  afterAll(async () => {
    await browser.close();
    await portal[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  it('have no accessibility violations', async () => {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    const violations: string[] = [];
    const check = async (path: string) => {
      await page.goto(`${portal.origin}${path}`);
      const { violations: pageViolations } = await new AxeBuilder({ page }).analyze();
      violations.push(...pageViolations.map(({ id, nodes }) => `${path}: ${id} at ${nodes[0]?.target}`));
    };
    for (const path of signedOut) await check(path);
    await page.goto(`${portal.origin}/sign-in`);
    await page.getByLabel('User name').fill('adele@contoso.test');
    await page.getByLabel('Password').fill('secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Security info' }).waitFor();
    for (const path of signedIn) await check(path);
    expect(violations).toEqual([]);
  }, 60_000);
});
