import { describe, expect, it } from 'vitest';
import { adele, createTestPortal, registerPending } from '../testing/test-portal.ts';
import { signInVisitor } from './testing/test-visitor.ts';

describe('administration pages', () => {
  const createAdminPortal = (...roles: ('authentication-administrator' | 'authentication-policy-administrator')[]) =>
    createTestPortal({}, { roles });

  it('refuse users without an administrator role', async () => {
    const visitor = await signInVisitor(await createTestPortal());
    for (const path of ['/admin', '/admin/policy', '/admin/log']) {
      await visitor.open(path);
      expect(visitor).toMatchObject({ status: 403, reason: 'not-administrator' });
    }
  });

  it('let an authentication administrator issue a pass that works, but not edit the policy', async () => {
    const portal = await createAdminPortal('authentication-administrator');
    const visitor = await signInVisitor(portal);
    const path = `/admin/users/${portal.user.id}`;
    await visitor.open(path);
    await visitor.submit(`${path}/tap`, { lifetimeMinutes: '5', length: '8' });
    expect(visitor.reason).toBe('tap-lifetime');
    await visitor.submit(`${path}/tap`, { lifetimeMinutes: '60', length: '12', oneTime: 'yes' });
    const code = /data-testid="tap">([^<]{12})</.exec(visitor.html)?.[1] ?? '';
    expect(await portal.signIn.withTap(adele.name, code)).toMatchObject({ accepted: true });
    await visitor.submit('/admin/policy', {});
    expect(visitor.reason).toBe('not-administrator');
  });

  it('let an authentication policy administrator edit the policy, but not issue a pass', async () => {
    const portal = await createAdminPortal('authentication-policy-administrator');
    const visitor = await signInVisitor(portal);
    await visitor.open('/admin/policy');
    const form = {
      selfService: 'yes',
      includedGroups: 'everyone',
      maxPasskeys: '3',
      allow: 'security-key',
      attestation: 'enforced',
      aaguidMode: 'off',
      aaguids: '',
      accept: 'totp',
      freshForMinutes: '7',
      tapLifetime: '90',
    };
    await visitor.submit('/admin/policy', form);
    expect(await portal.directory.policy()).toMatchObject({
      maxPasskeys: 3,
      allow: ['security-key'],
      attestation: 'enforced',
      mfa: { accept: ['totp'], freshForMs: 420_000 },
      tap: { defaultLifetimeMinutes: 90 },
    });
    await visitor.submit('/admin/policy', { ...form, aaguids: 'nonsense' });
    expect(visitor.html).toContain('aaguids.list.0');
    await visitor.submit(`/admin/users/${portal.user.id}/tap`, { lifetimeMinutes: '60', length: '8' });
    expect(visitor.reason).toBe('not-administrator');
    expect(portal.codes).not.toContain('tap.issued');
  });

  it('show unnamed credentials and the event log', async () => {
    const portal = await createAdminPortal('authentication-administrator');
    await registerPending(portal);
    const visitor = await signInVisitor(portal);
    await visitor.open(`/admin/users/${portal.user.id}`);
    expect(visitor.html).toContain('Waiting for a name');
    portal.clock.advance(10 * 60_000);
    await visitor.open(`/admin/users/${portal.user.id}`);
    expect(visitor.html).toContain('<th scope="row">Abandoned</th>');
    await visitor.open('/admin/log');
    expect(visitor.html).toContain('passkey.abandoned');
  });
});
