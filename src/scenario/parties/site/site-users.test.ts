import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { readSite } from '../../language/site-file.ts';
import { SiteUsers, type SiteUsersOptions } from './site-users.ts';

function usersOf(keys: string, options: Partial<SiteUsersOptions> = {}) {
  const { site, diagnostics } = readSite(`id: shop\nflow: {}\n${keys}`, 'shop.yaml', {});
  if (!site) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return SiteUsers.create({ url: 'https://shop.example', file: '/shop.yaml', definition: site, ...options });
}
const print = (value: string) => `[${JSON.stringify(process.execPath)}, -p, ${JSON.stringify(value)}]`;

describe('SiteUsers', () => {
  it('takes the user from the site file, and hides the password', async () => {
    const users = await usersOf('user: { name: adele, password: pw }');
    expect(users.user().values).toEqual({ 'user.name': 'adele', 'user.password': 'pw' });
    expect(users.secrets).toEqual(['pw']);
    expect(() => users.user('bob')).toThrow('Unknown user bob; the user of the site is adele');
    await expect(users.totpCode()).rejects.toThrow('The user of the site has no authenticator app');
  });

  it('uses each code of the authenticator app once, also when another worker has used it', async () => {
    const usedCodes = mkdtempSync(join(tmpdir(), 'touchstone-codes-'));
    const clock = new ManualClock();
    const worker = () => usersOf('user: { name: adele, totp: JBSWY3DPEHPK3PXP }', { clock, usedCodes });
    const [one, other] = [await worker(), await worker()];
    const first = await one.totpCode();
    const second = other.totpCode('adele');
    clock.advance(30_000);
    expect([first, await second]).toEqual(['282760', '996554']);
    rmSync(usedCodes, { recursive: true });
  });

  it('takes the user from a command, which gets the site', async () => {
    const users = await usersOf(
      `before: { command: ${print('JSON.stringify({ name: process.env.TOUCHSTONE_SITE, password: "pw" })')}, provides: [name, password] }`,
    );
    expect(users.user().values).toEqual({ 'user.name': 'https://shop.example', 'user.password': 'pw' });
  });

  it('takes the user from an HTTP request', async () => {
    const server = createServer((_, response) => response.end('{"name":"eve","invite":"x7"}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const users = await usersOf('before: { request: { url: /users }, provides: [name, invite] }', { url });
    server.close();
    expect(users.user().values).toEqual({ 'user.name': 'eve', 'user.invite': 'x7' });
  });

  it.each([
    [`before: { command: ${print('"no json"')} }`, /Expected a JSON object, got "no json/],
    [
      `before: { command: ${print('JSON.stringify({ nam: 1 })')}, provides: [name] }`,
      /returned no name; it returned nam/,
    ],
    [
      `before: { command: ${print('JSON.stringify({ totp: "geheim-1" })')}, provides: [totp] }`,
      /returned a wrong totp: Expected Base32 \(A to Z, 2 to 7\) or an otpauth:\/\/ URL, got a key with "-"/,
    ],
    [
      'before: { command: [./no-such-hook.sh, create] }',
      /^The before hook of the site failed \(\.\/no-such-hook\.sh create\): There is no program \.\/no-such-hook\.sh$/,
    ],
    [`before: { command: ${print('process.exit(3)')} }`, /Exit code 3/],
  ])('reports a hook that fails: %s', async (keys, message) => {
    await expect(usersOf(keys)).rejects.toThrow(message);
  });
});
