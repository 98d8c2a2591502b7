/** Checks every page of the registration flow with axe against WCAG 2.2 AA, in light and dark colours. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { findViolations } from '#browser/testing/accessibility.ts';
import { useTestPages } from '#browser/testing/test-pages.ts';
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

const name = 'adele@contoso.test';
const testPages = useTestPages();
let store: Store;
let portal: Portal;

beforeAll(async () => {
  store = openStore();
  portal = await startPortal({ store, clock: systemClock, random: systemRandom, passwordCost: quickScrypt });
  await portal.directory.createUser({ name, password: 'secret', displayName: 'Adele Vance', roles: [...roles] });
});

afterAll(async () => {
  await portal?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
});

it.each(['light', 'dark'] as const)(
  'portal pages in %s colours have no accessibility violations',
  async (colorScheme) => {
    const page = await testPages.openPage();
    await page.emulateMedia({ colorScheme });
    const violations: string[] = [];
    const check = async (path: string) => {
      await page.goto(`${portal.origin}${path}`);
      const found = await findViolations(page, colorScheme);
      violations.push(...found.map((violation) => `${path}: ${violation}`));
    };
    for (const path of signedOut) await check(path);
    await page.goto(`${portal.origin}/sign-in`);
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill('secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Security info' }).waitFor();
    for (const path of signedIn) await check(path);
    expect(violations).toEqual([]);
  },
  60_000,
);
