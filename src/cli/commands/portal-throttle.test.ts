/**
 * 60 concurrent attempts to guess a secret, against `touchstone portal` as processes, over HTTP, with the real cost of its hashes:
 * at most 10 are evaluated, also when two processes share the store.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strongScrypt } from '#relying-party/methods/secret-hash.ts';
import { generateTotpCode } from '#relying-party/methods/totp.ts';
import type { TestVisitor } from '#relying-party/portal/testing/test-visitor.ts';
import { expectServing, type PortalProcess, startPortalProcess } from './testing/portal-process.ts';

const attempts = 60;
const [adele, admin] = ['adele@contoso.test', 'admin@contoso.test'];
let folder: string;
let portals: [PortalProcess, PortalProcess];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-throttle-'));
  const store = join(folder, 'portal.db');
  const first = expectServing(await startPortalProcess({ store }));
  portals = [first, expectServing(await startPortalProcess({ store, users: 0 }))];
}, 60_000);
afterAll(async () => {
  for (const portal of portals) await portal[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const passwordOf = (name: string): string => portals[0].passwords.get(name) ?? '';

async function signIn(name: string): Promise<TestVisitor> {
  const visitor = portals[0].newVisitor();
  await visitor.signIn(name, passwordOf(name));
  expect(visitor.html).toContain('<h1>Security info</h1>');
  return visitor;
}

/** Issues a Temporary Access Pass for Adele. */
async function issueTap(administrator: TestVisitor): Promise<string> {
  await administrator.open('/admin');
  const [, path = ''] = /href="(\/admin\/users\/[^"]+)">Adele/.exec(administrator.html) ?? [];
  await administrator.open(path);
  await administrator.submit(`${path}/tap`, { lifetimeMinutes: '60', length: '12' });
  return /data-testid="tap">([^<]+)</.exec(administrator.html)?.[1] ?? '';
}

/**
 * Sends all attempts at once, by turns to each process, and the correct secret last. Prints and returns what became of them: a page
 * that refuses the secret (401 or 403), a page that asks to wait (429), or a redirect.
 */
async function attemptAll(
  secret: string,
  path: string,
  visitor: TestVisitor,
  fieldsOf: (correct: boolean) => Record<string, string>,
) {
  const statuses = await Promise.all(
    Array.from({ length: attempts }, async (_, number) => {
      const portal = portals[number % 2] as PortalProcess;
      const body = new URLSearchParams({ csrf: visitor.csrf, ...fieldsOf(number === attempts - 1) });
      const headers = { cookie: visitor.cookieHeader, origin: portal.origin };
      return (await portal.request(path, { method: 'POST', body, headers })).status;
    }),
  );
  const count = (...wanted: number[]) => statuses.filter((status) => wanted.includes(status)).length;
  const outcome = { evaluated: count(401, 403, 303), throttled: count(429), accepted: count(303) };
  const cost = `scrypt N=${strongScrypt.N}, r=${strongScrypt.r}`;
  console.log(
    `${secret}: ${outcome.evaluated} of ${attempts} attempts evaluated, ${outcome.throttled} throttled (${cost})`,
  );
  return outcome;
}

describe('60 concurrent attempts at two processes with one store', () => {
  const expected = { evaluated: 10, throttled: 50, accepted: 0 };

  it('evaluate each throttled secret at most 10 times', { timeout: 180_000 }, async () => {
    const [administrator, user] = [await signIn(admin), await signIn(adele)];

    await administrator.open('/security-info/authenticator-app');
    const adminSecret = /data-testid="totp-secret">([^<]+)</.exec(administrator.html)?.[1]?.replaceAll(' ', '') ?? '';
    const setUp = (correct: boolean) => ({
      code: correct ? generateTotpCode(adminSecret, Date.now()) : '000000',
      next: '/',
    });
    expect(await attemptAll('first code of an app', '/security-info/authenticator-app', administrator, setUp)).toEqual(
      expected,
    );

    await user.open('/security-info/authenticator-app');
    const secret = /data-testid="totp-secret">([^<]+)</.exec(user.html)?.[1]?.replaceAll(' ', '') ?? '';
    await user.submit('/security-info/authenticator-app', {
      code: generateTotpCode(secret, Date.now()),
      next: '/security-info',
    });
    expect(user.html, 'the app is added').toContain('Your authenticator app is set up.');
    const second = await signIn(adele);
    await second.open('/verify');
    expect(second.html).toContain('Verify it’s you');
    // The code of the next time step is accepted too, and the one that added the app is used up.
    const totp = (correct: boolean) => ({
      code: correct ? generateTotpCode(secret, Date.now() + 30_000) : '000000',
      next: '/',
    });
    expect(await attemptAll('code of the app', '/verify/totp', second, totp)).toEqual(expected);

    const pass = await issueTap(administrator);
    const visitor = portals[0].newVisitor();
    await visitor.open('/sign-in');
    const tapSignIn = (correct: boolean) => ({
      name: adele,
      secret: correct ? pass : 'wrong',
      with: 'tap',
      next: '/',
    });
    expect(await attemptAll('Temporary Access Pass at sign-in', '/sign-in', visitor, tapSignIn)).toEqual(expected);

    const password = (correct: boolean) => ({
      name: adele,
      secret: correct ? passwordOf(adele) : 'wrong',
      with: 'password',
      next: '/',
    });
    expect(await attemptAll('password', '/sign-in', visitor, password)).toEqual(expected);
  });
});
