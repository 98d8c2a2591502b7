import { describe, expect, it } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { totpCode } from '../methods/totp.ts';
import { openStore } from '../store/libsql-store.ts';
import { adele, registerAs, type TestParty, testOrigin, testParty, totpSecret } from '../testing/test-portal.ts';
import { makeRegistration } from '../verification/testing/registration.ts';
import { startPortal } from './portal.ts';

/** A browser without a screen: keeps cookies, reads the CSRF token of the last page, follows redirects. */
class Visitor {
  readonly #cookies = new Map<string, string>();
  readonly #party: TestParty;
  html = '';
  status = 0;
  path = '';
  setCookies: string[] = [];

  constructor(party: TestParty) {
    this.#party = party;
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await this.#party.request(path, { ...init, headers });
    this.setCookies = response.headers.getSetCookie();
    for (const cookie of this.setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const next = response.headers.get('location');
    return next === null ? this.#arrive(path, response) : this.#send(next);
  }

  async #arrive(path: string, response: Response): Promise<Response> {
    [this.path, this.status, this.html] = [path, response.status, await response.clone().text()];
    return response;
  }

  get csrf(): string {
    return /<meta name="csrf" content="([^"]+)"/.exec(this.html)?.[1] ?? '';
  }

  get reason(): string | undefined {
    return /data-testid="reason">([\w-]+)</.exec(this.html)?.[1];
  }

  open = (path: string) => this.#send(path);
  submit = (path: string, fields: Record<string, string> = {}) =>
    this.#send(path, {
      method: 'POST',
      body: new URLSearchParams({ csrf: this.csrf, ...fields }),
      headers: { origin: testOrigin },
    });
  async json(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
    const page = this.html;
    const response = await this.#send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-csrf-token': this.csrf, ...headers },
    });
    this.html = page;
    return (await response.json()) as Record<string, unknown>;
  }
  async signIn(name = adele.name, secret = adele.password, by = 'password') {
    await this.open('/sign-in');
    await this.submit('/sign-in', { name, secret, with: by, next: '/security-info' });
  }
}

async function visit(party: TestParty): Promise<Visitor> {
  const visitor = new Visitor(party);
  await visitor.signIn();
  return visitor;
}

describe('the whole flow over HTTP', () => {
  it('registers, names, renames and deletes a passkey', async () => {
    const party = await testParty({}, { totpSecret });
    const visitor = new Visitor(party);
    await visitor.open('/');
    expect(visitor.path).toBe('/sign-in?next=%2Fsecurity-info');
    await visitor.signIn();
    expect(visitor.html).toContain('<h1>Security info</h1>');
    await visitor.open('/security-info/add');
    await visitor.submit('/security-info/add', { method: 'passkey' });
    expect(visitor.html).toContain('Verify it’s you');
    await visitor.submit('/verify/totp', {
      code: totpCode(totpSecret, party.clock.now()),
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

    const [passkey] = await party.directory.passkeys(party.user);
    const path = `/security-info/passkey/${passkey?.id}`;
    await visitor.open(`${path}/rename`);
    await visitor.submit(`${path}/rename`, { name: 'Travel key' });
    expect(visitor.html).toContain('<h2>Travel key</h2>');
    await visitor.open(`${path}/delete`);
    await visitor.submit(`${path}/delete`);
    expect(await party.directory.passkeys(party.user)).toEqual([]);
  });

  it('lets somebody without a method set up the authenticator app and go on', async () => {
    const party = await testParty();
    const visitor = await visit(party);
    await visitor.open('/security-info/passkey');
    expect(visitor.reason).toBe('no-mfa-method');
    expect(party.codes).toContain('mfa.no-method');
    await visitor.open('/security-info/authenticator-app?next=/security-info/passkey');
    const secret = /data-testid="totp-secret">([^<]+)</.exec(visitor.html)?.[1]?.replaceAll(' ', '') ?? '';
    await visitor.submit('/security-info/authenticator-app', { code: '000000', next: '/security-info/passkey' });
    expect(visitor.reason).toBe('totp-invalid');
    await visitor.submit('/security-info/authenticator-app', {
      code: totpCode(secret, party.clock.now()),
      next: '/security-info/passkey',
    });
    expect(visitor.html).toContain('Set up a passkey');
  });

  it('lets in with a Temporary Access Pass, and out when it expires', async () => {
    const party = await testParty();
    const issued = await party.directory.issueTap(party.user, { lifetimeMinutes: 60 });
    if (!issued.accepted) throw new Error(issued.reason);
    const visitor = new Visitor(party);
    await visitor.signIn(adele.name, issued.code, 'tap');
    await visitor.open('/security-info/passkey');
    expect(visitor.html).toContain('Set up a passkey');
    party.clock.advance(60 * 60_000);
    expect(await visitor.json('/api/passkeys/options', {})).toMatchObject({ reason: 'not-signed-in' });
    await visitor.open('/security-info');
    expect(visitor.path).toMatch(/^\/sign-in/);
  });

  it('asks for MFA again after five minutes', async () => {
    const party = await testParty({}, { totpSecret });
    const visitor = await visit(party);
    await visitor.open('/security-info/passkey');
    await visitor.submit('/verify/totp', {
      code: totpCode(totpSecret, party.clock.now()),
      next: '/security-info/passkey',
    });
    party.clock.advance(5 * 60_000);
    expect(await visitor.json('/api/passkeys/options', {})).toMatchObject({ reason: 'mfa-stale' });
    await visitor.open('/security-info/passkey');
    expect(visitor.html).toContain('too long ago');
    expect(party.codes).toContain('mfa.stale');
  });

  it.each([
    ['guest', {}, { guest: true }],
    ['user-excluded', { excludedGroups: ['sales'] }, {}],
    ['self-service-off', { selfService: false }, {}],
  ] as const)('says why, in words and by reason: %s', async (reason, policy, user) => {
    const party = await testParty(policy as object, user);
    const visitor = await visit(party);
    await visitor.open('/security-info/passkey');
    expect(visitor).toMatchObject({ status: 403, reason });
    expect(visitor.html).toContain('We couldn’t set up your passkey');
    expect(await party.details('registration.refused')).toMatchObject([{ reason }]);
    expect(await visitor.json('/api/passkeys/options', {})).toMatchObject({ accepted: false, reason });
  });

  it('turns the browser’s errors into words', async () => {
    const party = await testParty();
    const visitor = await visit(party);
    expect(await visitor.json('/api/passkeys/failed', { name: 'NotAllowedError' })).toMatchObject({
      reason: 'NotAllowedError',
      why: expect.stringContaining('cancelled'),
    });
    expect(await visitor.json('/api/passkeys/failed', { name: '<script>' })).toMatchObject({ reason: 'UnknownError' });
    expect(await party.details('registration.client-error')).toMatchObject([
      { name: 'NotAllowedError' },
      { name: 'UnknownError' },
    ]);
  });
});

describe('what protects it', () => {
  it('sets a session cookie no script can read and no other site can send', async () => {
    const visitor = new Visitor(await testParty());
    await visitor.open('/sign-in');
    expect(visitor.setCookies).toEqual([expect.stringMatching(/^csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)]);
  });

  it('refuses a POST without the right token, and from another origin', async () => {
    const party = await testParty();
    const visitor = await visit(party);
    await visitor.submit('/security-info/add', { csrf: 'x' });
    expect(visitor).toMatchObject({ status: 403, reason: 'csrf' });
    await visitor.open('/security-info');
    expect(await visitor.json('/api/passkeys/options', {}, { 'x-csrf-token': '' })).toMatchObject({ reason: 'csrf' });
    expect(await visitor.json('/api/passkeys/options', {}, { origin: 'http://evil.test' })).toMatchObject({
      reason: 'csrf',
    });
    expect(party.codes.filter((code) => code === 'request.refused')).toHaveLength(3);
    await new Visitor(party).submit('/sign-in', { name: adele.name, secret: adele.password });
    expect(party.codes.filter((code) => code === 'signin.ok')).toHaveLength(1);
  });

  it('does not let somebody who knows only the password replace or remove the second factor, or delete a passkey', async () => {
    const party = await testParty({}, { totpSecret });
    const { caller, outcome } = await registerAs(party);
    if (!outcome.accepted || !('pending' in outcome)) throw new Error('not accepted');
    await party.relyingParty.name(caller, outcome.pending.id, 'Desk key');
    const visitor = await visit(party);
    for (const path of ['authenticator-app', 'authenticator-app/remove', `passkey/${outcome.pending.id}/delete`]) {
      await visitor.open(`/security-info/${path}`);
      expect(visitor.html, path).toContain('Verify it’s you');
      await visitor.submit(`/security-info/${path}`, { code: '000000' });
      expect(visitor.html, path).toContain('Verify it’s you');
    }
    expect(await party.directory.user(adele.name)).toMatchObject({ totpSecret });
    expect(await party.directory.passkeys(party.user)).toHaveLength(1);
    const code = totpCode(totpSecret, party.clock.now());
    await visitor.submit('/verify/totp', { code, next: `/security-info/passkey/${outcome.pending.id}/delete` });
    expect(visitor.html).toContain('Delete Desk key?');
  });

  it('ends the session on sign-out', async () => {
    const visitor = await visit(await testParty());
    await visitor.submit('/sign-out');
    await visitor.open('/security-info');
    expect(visitor.path).toMatch(/^\/sign-in/);
  });

  it('never goes on to another site', async () => {
    const party = await testParty();
    for (const next of ['//evil.test', 'https://evil.test', '/\\evil.test', 'javascript:alert(1)']) {
      const visitor = new Visitor(party);
      await visitor.open('/sign-in');
      await visitor.submit('/sign-in', { name: adele.name, secret: adele.password, with: 'password', next });
      expect(visitor.path, next).toBe('/security-info');
    }
  });

  it('sends a strict content security policy with every page, and refuses what is too large or no JSON', async () => {
    const party = await testParty();
    const page = await party.request('/sign-in');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toMatch(/ style="|<script>|\son\w+="/);
    const visitor = await visit(party);
    expect(await visitor.json('/api/passkeys', {}, { 'content-type': 'text/plain' })).toMatchObject({
      reason: 'content-type',
    });
    expect(await visitor.json('/api/passkeys', { x: 'x'.repeat(300_000) })).toMatchObject({ reason: 'body-too-large' });
  });
});

describe('administration', () => {
  const admin = (...roles: ('authentication-administrator' | 'authentication-policy-administrator')[]) =>
    testParty({}, { roles });

  it('is closed to members', async () => {
    const visitor = await visit(await testParty());
    for (const path of ['/admin', '/admin/policy', '/admin/log']) {
      await visitor.open(path);
      expect(visitor).toMatchObject({ status: 403, reason: 'not-administrator' });
    }
  });

  it('lets an Authentication Administrator issue a pass that works, but not edit the policy', async () => {
    const party = await admin('authentication-administrator');
    const visitor = await visit(party);
    const path = `/admin/users/${party.user.id}`;
    await visitor.open(path);
    await visitor.submit(`${path}/tap`, { lifetimeMinutes: '5', length: '8' });
    expect(visitor.reason).toBe('tap-lifetime');
    await visitor.submit(`${path}/tap`, { lifetimeMinutes: '60', length: '12', oneTime: 'yes' });
    const code = /data-testid="tap">([^<]{12})</.exec(visitor.html)?.[1] ?? '';
    expect(await party.signIn.withTap(adele.name, code)).toMatchObject({ accepted: true });
    await visitor.submit('/admin/policy', {});
    expect(visitor.reason).toBe('not-administrator');
  });

  it('lets an Authentication Policy Administrator edit the policy, but not issue a pass', async () => {
    const party = await admin('authentication-policy-administrator');
    const visitor = await visit(party);
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
    expect(await party.directory.policy()).toMatchObject({
      maxPasskeys: 3,
      allow: ['security-key'],
      attestation: 'enforced',
      mfa: { accept: ['totp'], freshForMs: 420_000 },
      tap: { defaultLifetimeMinutes: 90 },
    });
    await visitor.submit('/admin/policy', { ...form, aaguids: 'nonsense' });
    expect(visitor.html).toContain('aaguids.list.0');
    await visitor.submit(`/admin/users/${party.user.id}/tap`, { lifetimeMinutes: '60', length: '8' });
    expect(visitor.reason).toBe('not-administrator');
    expect(party.codes).not.toContain('tap.issued');
  });

  it('shows orphans and the log', async () => {
    const party = await admin('authentication-administrator');
    const caller = await party.directory.openSession(party.user, 'totp');
    const given = await party.relyingParty.creationOptions(caller);
    if (!given.accepted) throw new Error(given.reason);
    await party.relyingParty.register(
      caller,
      await makeRegistration({ challenge: given.options.challenge, origin: testOrigin }),
    );
    const visitor = await visit(party);
    await visitor.open(`/admin/users/${party.user.id}`);
    expect(visitor.html).toContain('Waits for its name');
    party.clock.advance(10 * 60_000);
    await visitor.open(`/admin/users/${party.user.id}`);
    expect(visitor.html).toContain('<th scope="row">Orphan</th>');
    await visitor.open('/admin/log');
    expect(visitor.html).toContain('passkey.abandoned');
  });
});

describe('the server', () => {
  it('listens on the loopback interface and stops', async () => {
    const store = openStore();
    const portal = await startPortal({ store, clock: systemClock, random: systemRandom });
    expect(portal.origin).toMatch(/^http:\/\/localhost:\d+$/);
    const answer = await fetch(portal.origin.replace('localhost', '127.0.0.1'));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<h1>Sign in</h1>');
    await portal[Symbol.asyncDispose]();
    await expect(fetch(portal.origin.replace('localhost', '127.0.0.1'))).rejects.toThrow();
    await store[Symbol.asyncDispose]();
  });
});
