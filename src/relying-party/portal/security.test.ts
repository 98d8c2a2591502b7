import { describe, expect, it } from 'vitest';
import { generateTotpCode } from '../methods/totp.ts';
import { adele, createTestPortal, registerPasskey, testOrigin, totpSecret } from '../testing/test-portal.ts';
import { makeRegistration } from '../verification/testing/registration.ts';
import { signInVisitor, TestVisitor } from './testing/test-visitor.ts';

describe('portal security', () => {
  it('sets a cookie that scripts cannot read and other sites cannot send', async () => {
    const visitor = new TestVisitor(await createTestPortal());
    await visitor.open('/sign-in');
    expect(visitor.setCookies).toEqual([expect.stringMatching(/^csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)]);
  });

  it('refuses a POST without the CSRF token, or from another origin', async () => {
    const portal = await createTestPortal();
    const visitor = await signInVisitor(portal);
    await visitor.submit('/security-info/add', { csrf: 'x' });
    expect(visitor).toMatchObject({ status: 403, reason: 'csrf' });
    await visitor.open('/security-info');
    expect(await visitor.json('/api/passkeys/options', {}, { 'x-csrf-token': '' })).toMatchObject({ reason: 'csrf' });
    expect(await visitor.json('/api/passkeys/options', {}, { origin: 'http://evil.test' })).toMatchObject({
      reason: 'csrf',
    });
    expect(portal.codes.filter((code) => code === 'request.refused')).toHaveLength(3);
    await new TestVisitor(portal).submit('/sign-in', { name: adele.name, secret: adele.password });
    expect(portal.codes.filter((code) => code === 'signin.ok')).toHaveLength(1);
  });

  it('requires MFA to replace or remove the second factor, or to delete a passkey', async () => {
    const portal = await createTestPortal({}, { totpSecret });
    const { pending } = await registerPasskey(portal);
    const visitor = await signInVisitor(portal);
    for (const path of ['authenticator-app', 'authenticator-app/remove', `passkey/${pending.id}/delete`]) {
      await visitor.open(`/security-info/${path}`);
      expect(visitor.html, path).toContain('Verify it’s you');
      await visitor.submit(`/security-info/${path}`, { code: '000000' });
      expect(visitor.html, path).toContain('Verify it’s you');
    }
    expect(await portal.directory.user(adele.name)).toMatchObject({ totpSecret });
    expect(await portal.directory.passkeys(portal.user)).toHaveLength(1);
    const code = generateTotpCode(totpSecret, portal.clock.now());
    await visitor.submit('/verify/totp', { code, next: `/security-info/passkey/${pending.id}/delete` });
    expect(visitor.html).toContain('Delete Desk key?');
  });

  it('replaces the session cookie when MFA is proven, and refuses the old one', async () => {
    const portal = await createTestPortal({}, { totpSecret });
    const visitor = await signInVisitor(portal);
    const before = visitor.cookie('session');
    await visitor.open('/verify');
    const code = generateTotpCode(totpSecret, portal.clock.now());
    await visitor.submit('/verify/totp', { code, next: '/security-info/passkey' });
    expect(visitor.html).toContain('Set up a passkey');
    expect(visitor.cookie('session')).not.toBe(before);
    const old = await portal.request('/security-info', { headers: { cookie: `session=${before}` } });
    expect(old.headers.get('location')).toBe('/sign-in?next=%2Fsecurity-info');
  });

  it('lets a registration that began before MFA continue: its challenge and its unnamed passkey stay valid', async () => {
    const portal = await createTestPortal({ mfa: { freshForMs: 60_000 } }, { totpSecret });
    const visitor = await signInVisitor(portal);
    const proveMfa = async () => {
      await visitor.open('/verify');
      await visitor.submit('/verify/totp', { code: generateTotpCode(totpSecret, portal.clock.now()) });
    };
    await proveMfa();
    const { options } = (await visitor.json('/api/passkeys/options', {})) as { options: { challenge: string } };
    portal.clock.advance(60_000);
    await proveMfa();
    const response = await makeRegistration({ challenge: options.challenge, origin: testOrigin });
    const pending = await visitor.json('/api/passkeys', response);
    expect(pending).toMatchObject({ accepted: true });
    portal.clock.advance(60_000);
    await proveMfa();
    await visitor.submit(String(pending.next), { name: 'Desk key' });
    expect(visitor.html).toContain('Passkey added');
  });

  it('ends the session on sign-out', async () => {
    const visitor = await signInVisitor(await createTestPortal());
    await visitor.submit('/sign-out');
    await visitor.open('/security-info');
    expect(visitor.path).toMatch(/^\/sign-in/);
  });

  it('never redirects to another site', async () => {
    const portal = await createTestPortal();
    for (const next of ['//evil.test', 'https://evil.test', '/\\evil.test', 'javascript:alert(1)']) {
      const visitor = new TestVisitor(portal);
      await visitor.open('/sign-in');
      await visitor.submit('/sign-in', { name: adele.name, secret: adele.password, with: 'password', next });
      expect(visitor.path, next).toBe('/security-info');
    }
  });

  it('sends a strict content security policy, and refuses requests that are too large or not JSON', async () => {
    const portal = await createTestPortal();
    const page = await portal.request('/sign-in');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toMatch(/ style="|<script>|\son\w+="/);
    const visitor = await signInVisitor(portal);
    expect(await visitor.json('/api/passkeys', {}, { 'content-type': 'text/plain' })).toMatchObject({
      reason: 'content-type',
    });
    expect(await visitor.json('/api/passkeys', { x: 'x'.repeat(300_000) })).toMatchObject({ reason: 'body-too-large' });
  });
});
