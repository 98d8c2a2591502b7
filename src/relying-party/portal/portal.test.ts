import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { generateTotpCode } from '../methods/totp.ts';
import { openStore } from '../store/libsql-store.ts';
import {
  adele,
  createTestPortal,
  expectAccepted,
  type TestPortal,
  testOrigin,
  totpSecret,
} from '../testing/test-portal.ts';
import { makeRegistration } from '../verification/testing/registration.ts';
import { type PortalOptions, startPortal } from './portal.ts';
import { signInVisitor, TestVisitor } from './testing/test-visitor.ts';

describe('portal over HTTP', () => {
  it('registers, names, renames and deletes a passkey', async () => {
    const portal = await createTestPortal({}, { totpSecret });
    const visitor = new TestVisitor(portal);
    await visitor.open('/');
    expect(visitor.path).toBe('/sign-in?next=%2Fsecurity-info');
    await visitor.signIn();
    expect(visitor.html).toContain('<h1>Security info</h1>');
    await visitor.open('/security-info/add');
    await visitor.submit('/security-info/add', { method: 'passkey' });
    expect(visitor.html).toContain('Verify it’s you');
    await visitor.submit('/verify/totp', {
      code: generateTotpCode(totpSecret, portal.clock.now()),
      next: '/security-info/passkey',
    });
    expect(visitor.html).toContain('Set up a passkey');

    const { options } = (await visitor.json('/api/passkeys/options', {})) as { options: { challenge: string } };
    const registered = await visitor.json(
      '/api/passkeys',
      await makeRegistration({ challenge: options.challenge, origin: testOrigin }),
    );
    expect(registered).toMatchObject({ accepted: true });
    await visitor.open(String(registered.next));
    expect(visitor.html).toContain('value="YubiKey 5 NFC"');
    await visitor.submit(String(registered.next), { name: '<b>Desk</b> key' });
    expect(visitor.html).toContain('Passkey added');
    await visitor.open('/security-info');
    expect(visitor.html).toContain('<h2>&lt;b&gt;Desk&lt;/b&gt; key</h2>');

    const [passkey] = await portal.directory.passkeys(portal.user);
    const path = `/security-info/passkey/${passkey?.id}`;
    await visitor.open(`${path}/rename`);
    await visitor.submit(`${path}/rename`, { name: 'Travel key' });
    expect(visitor.html).toContain('<h2>Travel key</h2>');
    await visitor.open(`${path}/delete`);
    await visitor.submit(`${path}/delete`);
    expect(await portal.directory.passkeys(portal.user)).toEqual([]);
  });

  it('lets a user without a method set up the authenticator app and continue', async () => {
    const portal = await createTestPortal();
    const visitor = await signInVisitor(portal);
    await visitor.open('/security-info/passkey');
    expect(visitor.reason).toBe('no-mfa-method');
    expect(portal.codes).toContain('mfa.no-method');
    await visitor.open('/security-info/authenticator-app?next=/security-info/passkey');
    const secret = /data-testid="totp-secret">([^<]+)</.exec(visitor.html)?.[1]?.replaceAll(' ', '') ?? '';
    await visitor.submit('/security-info/authenticator-app', { code: '000000', next: '/security-info/passkey' });
    expect(visitor.reason).toBe('totp-invalid');
    await visitor.submit('/security-info/authenticator-app', {
      code: generateTotpCode(secret, portal.clock.now()),
      next: '/security-info/passkey',
    });
    expect(visitor.html).toContain('Set up a passkey');
  });

  const unusablePasses: Record<string, (portal: TestPortal) => Promise<void>> = {
    'a one-time pass that is used up': async ({ directory, signIn, user }) => {
      const { code } = expectAccepted(await directory.issueTap(user, { oneTime: true }));
      expectAccepted(await signIn.withTap(adele.name, code));
    },
    'a pass that has expired': async ({ directory, clock, user }) => {
      expectAccepted(await directory.issueTap(user, { lifetimeMinutes: 60 }));
      clock.advance(60 * 60_000);
    },
  };
  it.each(Object.entries(unusablePasses))(
    'lets a user who has only %s set up the authenticator app',
    async (_, make) => {
      const portal = await createTestPortal();
      await make(portal);
      const visitor = await signInVisitor(portal);
      await visitor.open('/security-info/passkey');
      expect(visitor.reason).toBe('no-mfa-method');
      await visitor.open('/security-info/authenticator-app');
      expect(visitor.html).toContain('data-testid="totp-secret"');
    },
  );

  it('explains that the time of a one-time pass is over, and how to get another method', async () => {
    const portal = await createTestPortal();
    const { code } = expectAccepted(
      await portal.directory.issueTap(portal.user, { oneTime: true, lifetimeMinutes: 60 }),
    );
    const visitor = new TestVisitor(portal);
    await visitor.signIn(adele.name, code, 'tap');
    portal.clock.advance(11 * 60_000);
    await visitor.open('/security-info/passkey');
    expect(visitor.reason).toBe('tap-window-over');
    expect(visitor.html).toContain('you have 10 minutes after signing in');
    expect(visitor.html).toContain('Set up an authenticator app.');
  });

  it('lets a user with an app enter a pass that is used up, and explains that it is', async () => {
    const portal = await createTestPortal({}, { totpSecret });
    const { code } = expectAccepted(await portal.directory.issueTap(portal.user, { oneTime: true }));
    expectAccepted(await portal.signIn.withTap(adele.name, code));
    const visitor = await signInVisitor(portal);
    await visitor.open('/verify');
    expect(visitor.html).toContain('Use a Temporary Access Pass instead');
    await visitor.submit('/verify/tap', { code, next: '/security-info' });
    expect(visitor.reason).toBe('tap-used');
  });

  it('asks for the pass while it can be used', async () => {
    const portal = await createTestPortal();
    expectAccepted(await portal.directory.issueTap(portal.user, { oneTime: true }));
    const visitor = await signInVisitor(portal);
    await visitor.open('/security-info/authenticator-app');
    expect(visitor.html).toContain('Verify it’s you');
  });

  it('accepts a Temporary Access Pass, and ends the session when the pass expires', async () => {
    const portal = await createTestPortal();
    const issued = expectAccepted(await portal.directory.issueTap(portal.user, { lifetimeMinutes: 60 }));
    const visitor = new TestVisitor(portal);
    await visitor.signIn(adele.name, issued.code, 'tap');
    await visitor.open('/security-info/passkey');
    expect(visitor.html).toContain('Set up a passkey');
    portal.clock.advance(60 * 60_000);
    expect(await visitor.json('/api/passkeys/options', {})).toMatchObject({ reason: 'not-signed-in' });
    await visitor.open('/security-info');
    expect(visitor.path).toMatch(/^\/sign-in/);
  });

  it('requires MFA again after five minutes', async () => {
    const portal = await createTestPortal({}, { totpSecret });
    const visitor = await signInVisitor(portal);
    await visitor.open('/security-info/passkey');
    await visitor.submit('/verify/totp', {
      code: generateTotpCode(totpSecret, portal.clock.now()),
      next: '/security-info/passkey',
    });
    portal.clock.advance(5 * 60_000);
    expect(await visitor.json('/api/passkeys/options', {})).toMatchObject({ reason: 'mfa-stale' });
    await visitor.open('/security-info/passkey');
    expect(visitor.html).toContain('too long ago');
    expect(portal.codes).toContain('mfa.stale');
  });

  it.each([
    ['guest', {}, { guest: true }],
    ['user-excluded', { excludedGroups: ['sales'] }, {}],
    ['self-service-off', { selfService: false }, {}],
  ] as const)('shows an explanation and the reason code of refusal %s', async (reason, policy, user) => {
    const portal = await createTestPortal(policy as object, user);
    const visitor = await signInVisitor(portal);
    await visitor.open('/security-info/passkey');
    expect(visitor).toMatchObject({ status: 403, reason });
    expect(visitor.html).toContain('We couldn’t set up your passkey');
    expect(await portal.details('registration.refused')).toMatchObject([{ reason }]);
    expect(await visitor.json('/api/passkeys/options', {})).toMatchObject({ accepted: false, reason });
  });

  it('explains the browser’s errors', async () => {
    const portal = await createTestPortal();
    const visitor = await signInVisitor(portal);
    expect(await visitor.json('/api/passkeys/failed', { name: 'NotAllowedError' })).toMatchObject({
      reason: 'NotAllowedError',
      why: expect.stringContaining('cancelled'),
    });
    expect(await visitor.json('/api/passkeys/failed', { name: '<script>' })).toMatchObject({ reason: 'UnknownError' });
    expect(await portal.details('registration.client-error')).toMatchObject([
      { name: 'NotAllowedError' },
      { name: 'UnknownError' },
    ]);
  });
});

describe('Host header', () => {
  /** Sends a request with this Host header over a socket: fetch would not let it be chosen. */
  const statusWithHost = (origin: string, host: string, path = '/sign-in') =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(origin);
      const sent = request({ host: '127.0.0.1', port, path, headers: { host }, setHost: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.once('error', reject).end();
    });
  const startWith = async (options: Partial<PortalOptions>) => {
    const store = openStore();
    const portal = await startPortal({ store, clock: systemClock, random: systemRandom, ...options });
    return { portal, store };
  };

  it('of another site is refused on every path, so that DNS rebinding does not reach the portal', async () => {
    const { portal, store } = await startWith({});
    const port = new URL(portal.origin).port;
    for (const path of ['/', '/sign-in', '/assets/portal.css', '/no-such-page'])
      for (const host of [
        `evil.test:${port}`,
        'evil.test',
        `localhost.evil.test:${port}`,
        `LOCALHOST.:${port}`,
        '169.254.1.1',
      ])
        expect(await statusWithHost(portal.origin, host, path), `${host}${path}`).toBe(421);
    await portal[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  it('may be a loopback name, the RP ID, or the address to listen on', async () => {
    const { portal, store } = await startWith({ rpId: 'portal.test', host: '127.0.0.1' });
    expect(portal.origin).toMatch(/^http:\/\/portal\.test:\d+$/);
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:9000', '[::1]', 'portal.test', 'Portal.Test:8080'])
      expect(await statusWithHost(portal.origin, host), host).toBe(200);
    expect(await statusWithHost(portal.origin, 'other.portal.test')).toBe(421);
    await portal[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  it('is checked also when the request target is an absolute URL', async () => {
    const { portal, store } = await startWith({});
    expect(await statusWithHost(portal.origin, 'localhost', 'http://evil.test/sign-in')).toBe(421);
    await portal[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
});

describe('portal server', () => {
  it('listens on the loopback interface and stops when it is disposed', async () => {
    const store = openStore();
    const portal = await startPortal({ store, clock: systemClock, random: systemRandom });
    expect(portal.origin).toMatch(/^http:\/\/localhost:\d+$/);
    const response = await fetch(portal.origin.replace('localhost', '127.0.0.1'));
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<h1>Sign in</h1>');
    await portal[Symbol.asyncDispose]();
    await expect(fetch(portal.origin.replace('localhost', '127.0.0.1'))).rejects.toThrow();
    await store[Symbol.asyncDispose]();
  });
});
