import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { startPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { runCommand } from '../testing/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-conform-relying-party-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const conform = (...args: string[]) =>
  runCommand('conform', 'relying-party', ...args, '--output', join(folder, 'reports'));

function writeModule(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** An adapter whose functions have this body. */
const writeAdapter = (name: string, body: string) =>
  writeModule(
    name,
    `const verify = async () => { ${body} };
     export const adapter = { name: 'test', checksTrust: true, verifyRegistration: verify, verifyAuthentication: verify };`,
  );

const startServer = () =>
  startPortal({
    store: openStore(),
    clock: systemClock,
    random: systemRandom,
    passwordCost: { N: 2, r: 1, p: 1 },
    conformanceApi: true,
  });

describe('touchstone conform relying-party', () => {
  it('exits with 0 if the portal passes', async () => {
    const { code, out } = await conform('client-data.challenge', 'sign-in.user-handle');
    expect(code).toBe(0);
    expect(out).toMatch(/Conforms {2}17 of 17 cases passed/);
  });

  it('fails a library that accepts everything, with what that means', async () => {
    const { code, out } = await conform(
      'client-data.origin.other',
      '--adapter',
      writeAdapter('accept.mjs', 'return { accepted: true }'),
    );
    expect(code).toBe(1);
    expect(out).toContain('A response that was made for the page of an attacker is accepted');
  });

  it('does not count a library that refuses everything', async () => {
    const adapter = writeAdapter('refuse.mjs', 'return { accepted: false }');
    const { code, out } = await conform('client-data.origin.other', '--adapter', adapter);
    expect(code).toBe(1);
    expect(out).toContain('⚠ Inconclusive  0 of 1 case passed');
  });

  it('counts a programming error as a failure, not as a refusal', async () => {
    const body = 'if (verify.called) undefined.x(); verify.called = true; return { accepted: true };';
    const { code, out } = await conform('client-data.origin.other', '--adapter', writeAdapter('crash.mjs', body));
    expect(code).toBe(1);
    expect(out).toContain('the target crashed: TypeError: Cannot read properties of undefined');
  });

  it.each([
    ['cannot be loaded', join(folder, 'nothing.mjs'), 'Cannot load the adapter'],
    [
      'exports no adapter',
      writeModule('empty.mjs', 'export const other = 1;'),
      'expected an export with the name adapter',
    ],
    [
      'lacks a function',
      writeModule('half.mjs', "export const adapter = { name: 'x', checksTrust: true };"),
      'expected a function in verifyRegistration',
    ],
  ])('exits with 2 for an adapter that %s', async (_title, file, message) => {
    const { code, err } = await conform('none', '--adapter', file);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('tests a server that has the conformance API', async () => {
    await using portal = await startServer();
    const { code, out } = await conform('client-data.origin', 'session', '--url', portal.origin);
    expect(code).toBe(0);
    expect(out).toMatch(/Conforms {2}30 of 30 cases passed/);
    // The portal ends the connection on which the large body comes.
    const large = ['api-requests.registration.body.large', 'api-requests.registration.failure.http'];
    const second = await conform(...large, 'credential-id.id.control-zero', '--url', portal.origin);
    expect(second.out).toMatch(/Conforms {2}3 of 3 cases passed/);
    // The credentials of the run before are still there.
    const third = await conform('credential-id.id', '--url', portal.origin);
    expect(third.out).toMatch(/Conforms {2}\d+ of \d+ cases passed/);
  });

  it.skipIf(process.platform === 'win32')(
    'applies the settings of each case to a server through a command',
    async () => {
      await using portal = await startServer();
      const script = writeModule(
        'configure.mjs',
        `const body = Buffer.concat(await process.stdin.toArray());
       if (body.toString() === 'null') throw new Error('Not restored');
       const headers = { 'content-type': 'application/json' };
       const { status } = await fetch('${portal.origin}/conformance/settings', { method: 'POST', headers, body });
       process.exitCode = status === 204 ? 0 : 1;`,
      );
      const server = ['--url', portal.origin, '--configure-command', `"${process.execPath}" "${script}"`];
      const { code, out, err } = await conform('policy.models.denied', ...server);
      expect(code).toBe(0);
      expect(out).toMatch(/Conforms {2}1 of 1 case passed/);
      expect(err).toMatch(
        /Cannot restore the settings of the server: The command ended with exit code 1: .*Not restored/s,
      );
      const failed = await conform('policy.models.denied', '--url', portal.origin, '--configure-command', 'exit 7');
      expect(failed.code).toBe(3);
      expect(failed.err).toContain('Cannot configure the server: The command ended with exit code 7: no message');
    },
  );

  it.each([
    [
      'a command to configure the portal in this process',
      ['--configure-command', 'true'],
      '--configure-command applies to no server: name one with the conformance API with --url',
    ],
    ['a host that is not named', ['--url', 'https://server.example'], 'with --authorized server.example'],
    [
      'another host than the named one',
      ['--url', 'https://server.example', '--authorized', 'example'],
      'Refused to test',
    ],
    ['a URL of another kind', ['--url', 'ftp://localhost'], 'expected an address that begins with http'],
    [
      'a web site that is not named',
      ['--site', 'examples/sites/simplewebauthn/simplewebauthn.yaml', '--url', 'https://site.example'],
      'with --authorized site.example',
    ],
    ['text that is no URL', ['--url', 'server'], 'expected a URL'],
    [
      'a library and a server',
      ['--url', 'http://localhost', '--adapter', 'x.mjs'],
      'expected --adapter, --adapter-command',
    ],
  ])('exits with 2 for %s', async (_title, args, message) => {
    const { code, err } = await conform('none', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('lists each case with section, rules and severity', async () => {
    const { out } = await conform('client-data.origin.other', '--list', '--json');
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({
        id: 'client-data.origin.other',
        expected: 'refuse',
        section: '7.1 step 9',
        rules: ['client-data.origin'],
        severity: ['account-takeover'],
      }),
    ]);
  });

  it('explains a case', async () => {
    const { code, out } = await conform('--explain', 'client-data.origin.other');
    expect(code).toBe(0);
    expect(out).toContain('Usual fix: Compare origin with the list of own origins as a whole');
    expect((await conform('--explain', 'api-results.sign-in.session.none')).out).toContain(
      'Requests of the conformance API\nExpected: refuse',
    );
  });

  it('proves cases', async () => {
    const { code, out } = await conform('session', '--prove');
    expect(code).toBe(0);
    expect(out).toMatch(/^✓ \d+ cases proven$/m);
  });

  it('waives expected failures', async () => {
    const file = writeModule(
      'expected.yaml',
      '- id: none.none.alg\n  reason: known\n  link: https://example.com/1\n  expires: 2999-12-31\n',
    );
    const adapter = writeAdapter('accept-none.mjs', 'return { accepted: true }');
    expect((await conform('none.none.alg', '--adapter', adapter, '--expected-failures', file)).code).toBe(0);
  });

  it('writes a bundle of the portal that can be made again', async () => {
    const [first, second] = [join(folder, 'first.zip'), join(folder, 'second.zip')];
    await conform('client-data.challenge', '--bundle', first);
    await conform('client-data.challenge', '--bundle', second);
    expect(readFileSync(second)).toEqual(readFileSync(first));
    expect(await runCommand('verify', first)).toMatchObject({
      code: 0,
      out: expect.stringContaining('and a new run has the same results'),
    });
  });

  it('compares several libraries in one report', async () => {
    const args = ['client-data.origin.other', '--adapter', writeAdapter('one.mjs', 'return { accepted: true }')];
    const { code, out } = await conform(...args, '--adapter', writeAdapter('two.mjs', 'return { accepted: false }'));
    expect(code).toBe(1);
    expect(out).toContain('client-data.origin.other on test\n');
    expect(out).toContain('client-data.origin.other on test (2)');
    const { targets } = JSON.parse(readFileSync(join(folder, 'reports/latest-relying-party/result.json'), 'utf8'));
    expect(targets).toMatchObject([{ uri: join(folder, 'one.mjs') }, { uri: join(folder, 'two.mjs') }]);
  });
});

describe('touchstone conform relying-party --profile', () => {
  /** A library that verifies nothing, so that no case runs. */
  const nothing = writeModule(
    'nothing-supported.mjs',
    `const verify = async () => ({ accepted: false });
     export const adapter = { name: 'test', checksTrust: false, usesMetadata: false, formats: [], algorithms: [],
       verifyRegistration: verify, verifyAuthentication: verify };`,
  );

  it('fails a relying party that lacks what the profile demands, and names it', async () => {
    const { code, out, err } = await conform('--profile', 'fido2-server', '--adapter', nothing);
    expect(code).toBe(1);
    expect(err).toContain('The relying party does not have what the profile fido2-server demands: format packed\n');
    expect(err).not.toContain('format apple');
    expect(out).toContain('The profile fido2-server demands: format none. test does not verify the format none');
    expect(out).toMatch(/Profile {2}fido2-server failed/);
    const { cases, profiles } = JSON.parse(
      readFileSync(join(folder, 'reports/latest-relying-party/result.json'), 'utf8'),
    );
    expect(profiles).toEqual([{ id: 'fido2-server', title: 'FIDO2 server (version 1.0)', verdict: 'failed' }]);
    const mistakes = cases.map(({ verdict, mistake }: Record<string, string>) => verdict === 'fail' && mistake);
    expect(new Set(mistakes)).toEqual(new Set(['not-supported', false]));
  });

  it('does not pass a relying party on which it cannot test a demand', async () => {
    const { code, err } = await conform('--profile', 'webauthn-rp', '--adapter', nothing);
    expect(code).toBe(3);
    expect(err).toContain('Cannot test a demand of the profile webauthn-rp: Verifies sign-ins. test does not verify');
  });

  it('lists its cases', async () => {
    const { code, out } = await conform('--profile', 'webauthn-rp', '--list');
    expect(code).toBe(0);
    expect(out).toContain('client-data.origin.other');
    expect(out).not.toContain('api-requests');
  });

  it.each([
    ['ids', ['client-data'], 'Expected --profile or ids of cases, got both'],
    ['a sample', ['--sample', '3'], 'Expected --profile or --sample, got both'],
    ['two adapters', ['--adapter', 'a.mjs', '--adapter', 'b.mjs'], 'Expected one adapter with --profile, got 2'],
    ['an unknown name', ['--profile', 'unknown'], 'Allowed choices are fido2-server, webauthn-rp'],
  ])('exits with 2 for a profile and %s', async (_title, args, message) => {
    const { code, err } = await conform('--profile', 'fido2-server', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
