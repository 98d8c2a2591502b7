/** What the portal does when its store fails, at every call of the store: it answers with 507 or 503, and nothing is lost. */
import { describe, expect, it } from 'vitest';
import { generateTotpCode } from '../methods/totp.ts';
import { openStore } from '../store/libsql-store.ts';
import { createFailingStore } from '../store/testing/failing-store.ts';
import {
  adele,
  createTestPortal,
  expectAccepted,
  registerPasskey,
  type TestPortal,
  totpSecret,
} from '../testing/test-portal.ts';
import { makeRegistration } from '../verification/testing/registration.ts';
import { signInVisitor, TestVisitor } from './testing/test-visitor.ts';

interface Prepared {
  /** The request that may fail; it is repeated when the store works again. */
  request(): Promise<unknown>;
  /** Checks that the request has had its effect, exactly once. */
  expectDone(): Promise<void> | void;
  visitor: TestVisitor;
}

const administrator = { roles: ['authentication-administrator'] as const };
/** What users do with secrets that are valid once, and with what they must not lose. */
const flows: Record<string, (portal: TestPortal) => Promise<Prepared>> = {
  'signing in with a one-time pass': async (portal) => {
    const { code } = expectAccepted(await portal.directory.issueTap(portal.user, { oneTime: true }));
    const visitor = new TestVisitor(portal);
    await visitor.open('/sign-in');
    const next = '/security-info';
    return {
      visitor,
      request: () => visitor.submit('/sign-in', { name: adele.name, secret: code, with: 'tap', next }),
      expectDone: () => expect(visitor.html).toContain('<h1>Security info</h1>'),
    };
  },
  'verifying with a one-time pass': async (portal) => {
    const { code } = expectAccepted(await portal.directory.issueTap(portal.user, { oneTime: true }));
    const visitor = await signInVisitor(portal);
    const next = '/security-info/passkey';
    return {
      visitor,
      request: () => visitor.submit('/verify/tap', { code, next }),
      expectDone: () => expect(visitor.html).toContain('Set up a passkey'),
    };
  },
  'verifying with a code of the app': async (portal) => {
    await portal.directory.createUser({ ...adele, name: 'bob@contoso.test', totpSecret });
    const visitor = new TestVisitor(portal);
    await visitor.signIn('bob@contoso.test');
    const code = generateTotpCode(totpSecret, portal.clock.now());
    return {
      visitor,
      request: () => visitor.submit('/verify/totp', { code, next: '/security-info/passkey' }),
      expectDone: () => expect(visitor.html).toContain('Set up a passkey'),
    };
  },
  'adding an authenticator app': async (portal) => {
    const visitor = await signInVisitor(portal);
    await visitor.open('/security-info/authenticator-app');
    const secret = /data-testid="totp-secret">([^<]+)</.exec(visitor.html)?.[1]?.replaceAll(' ', '') ?? '';
    const code = generateTotpCode(secret, portal.clock.now());
    return {
      visitor,
      request: () => visitor.submit('/security-info/authenticator-app', { code, next: '/security-info' }),
      expectDone: async () => expect(await portal.directory.user(adele.name)).toMatchObject({ totpSecret: secret }),
    };
  },
  'naming a passkey': async (portal) => {
    const { code } = expectAccepted(await portal.directory.issueTap(portal.user));
    const visitor = new TestVisitor(portal);
    await visitor.signIn(adele.name, code, 'tap');
    const { options } = (await visitor.json('/api/passkeys/options', {})) as { options: { challenge: string } };
    const registered = await visitor.json('/api/passkeys', await makeRegistration({ challenge: options.challenge }));
    return {
      visitor,
      request: () => visitor.submit(String(registered.next), { name: 'Desk key' }),
      expectDone: async () =>
        expect(await portal.directory.passkeys(portal.user)).toMatchObject([{ name: 'Desk key' }]),
    };
  },
  'deleting a passkey': async (portal) => {
    const { pending } = await registerPasskey(portal);
    const { code } = expectAccepted(await portal.directory.issueTap(portal.user));
    const visitor = new TestVisitor(portal);
    await visitor.signIn(adele.name, code, 'tap');
    return {
      visitor,
      request: () => visitor.submit(`/security-info/passkey/${pending.id}/delete`),
      expectDone: async () => expect(await portal.directory.passkeys(portal.user)).toEqual([]),
    };
  },
};

const prepare = async (flow: keyof typeof flows) => {
  const failing = createFailingStore(openStore());
  const portal = await createTestPortal({}, {}, failing.store);
  const prepared = await (flows[flow] as (portal: TestPortal) => Promise<Prepared>)(portal);
  return { ...failing, ...prepared, portal };
};

describe.each(Object.keys(flows))('while the disk is full, %s', (flow) => {
  it('answers 507 at whatever call the store fails, and works afterwards', async () => {
    let calls = 0;
    for (let failed = true; failed; calls++) {
      const { failFrom, heal, request, expectDone, visitor } = await prepare(flow);
      const page = visitor.html;
      failFrom(calls + 1);
      await request();
      failed = heal();
      if (failed) {
        expect(visitor, `call ${calls + 1}`).toMatchObject({ status: 507, reason: 'storage-full' });
        if (visitor.isRedirected) await visitor.open(visitor.path);
        else {
          visitor.html = page;
          await request();
        }
      }
      await expectDone();
    }
    expect(calls, 'calls of the store').toBeGreaterThan(4);
  });
});

describe('a failing store', () => {
  it('keeps the earlier pass when a new one could not be issued', async () => {
    for (let call = 1, failed = true; failed; call++) {
      const { store, failFrom, heal } = createFailingStore(openStore());
      const portal = await createTestPortal({}, { roles: [...administrator.roles] }, store);
      const { code } = expectAccepted(await portal.directory.issueTap(portal.user));
      const visitor = await signInVisitor(portal);
      const path = `/admin/users/${portal.user.id}`;
      await visitor.open(path);
      failFrom(call);
      await visitor.submit(`${path}/tap`, { lifetimeMinutes: '60', length: '8' });
      failed = heal();
      if (failed) expect(visitor, `call ${call}`).toMatchObject({ status: 507 });
      const isReplaced = (await portal.details('tap.replaced')).length > 0;
      expect(await portal.signIn.withTap(adele.name, code)).toMatchObject({ accepted: !isReplaced });
      expect(await portal.details('tap.issued')).toHaveLength(isReplaced ? 2 : 1);
    }
  });

  it('is answered with 503 and a reason if it cannot be reached, also by the API, and the portal keeps running', async () => {
    const { store, failFrom, heal } = createFailingStore(openStore());
    const portal = await createTestPortal({}, {}, store);
    const visitor = await signInVisitor(portal);
    failFrom(1, 'unavailable');
    await visitor.open('/security-info');
    expect(visitor).toMatchObject({ status: 503, reason: 'storage-unavailable' });
    expect(await visitor.json('/api/passkeys/options', {})).toMatchObject({
      accepted: false,
      reason: 'storage-unavailable',
    });
    heal();
    await visitor.open('/security-info');
    expect(visitor.html).toContain('<h1>Security info</h1>');
  });
});
