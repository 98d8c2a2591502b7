import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { keyOnSocket } from '#real-keys/testing/key-on-socket.ts';
import { runCommand } from '../testing/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-conform-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const conform = (...args: string[]) =>
  runCommand('conform', 'authenticator', ...args, '--output', join(folder, 'reports'));

function writeText(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function writeExpectedFailures(id: string, expires = '2999-12-31'): string {
  const file = join(folder, `${id}.yaml`);
  writeFileSync(file, `- id: ${id}\n  reason: known\n  link: https://example.com/1\n  expires: ${expires}\n`);
  return file;
}

describe('touchstone conform authenticator', () => {
  it('exits with 0 if every applicable requirement is met', async () => {
    const { code, out } = await conform('pin.retries', '--persona', 'yubikey-5-nfc');
    expect(code).toBe(0);
    expect(out).toMatch(/Conforms {2}(\d+) of \1 cases passed/);
  });

  it('exits with 1 and shows the messages if a requirement is violated', async () => {
    const { code, out } = await conform('pin.retries', '--defect', 'pin.retries-unlimited');
    expect(code).toBe(1);
    expect(out).toMatch(/✗ fail {2}pin\.retries\.decrease@pin1\n.*\n +Expected pinRetries to be 7, got 8\n/);
    expect(out).toContain('answer   CTAP2_OK {3: 8}');
    expect(out).not.toContain('\n\n\n');
  });

  it('exits with 3 if nothing is applicable', async () => {
    const { code, out } = await conform('pin.retries', '--persona', 'windows-hello-vbs', '--verbose');
    expect(code).toBe(3);
    expect(out).toContain('not applicable  pin.retries.form  getInfo does not contain the option clientPin');
  });

  it.each([
    ['group', ['nothing']],
    ['persona', ['pin.retries.form', '--persona', 'nothing']],
    ['defect', ['pin.retries.form', '--defect', 'nothing']],
    ['requirement to explain', ['--explain', 'nothing']],
  ])('exits with 2 for an unknown %s', async (_title, args) => {
    const { code, err } = await conform(...args);
    expect(code).toBe(2);
    expect(err).toContain('nothing');
  });

  it('prints the results as JSON', async () => {
    const { out } = await conform('pin.retries.new', '--json');
    expect(JSON.parse(out)).toMatchObject([{ id: 'pin.retries.new', verdict: 'pass' }]);
  });

  it('lists each requirement with section, defects and cases', async () => {
    const { out } = await conform('pin.retries', '--list', '--json');
    const [first] = JSON.parse(out);
    expect(first).toMatchObject({
      id: 'pin.retries.form',
      document: 'CTAP 2.1',
      section: '6.5.5.2',
      provenBy: ['pin.retries-missing', 'pin.retries-too-many', 'pin.retries-negative'],
      cases: ['pin.retries.form'],
    });
  });

  it('explains a requirement with the messages of a failure', async () => {
    const { code, out } = await conform('--explain', 'pin.retries.wrong-pin');
    expect(code).toBe(0);
    expect(out).toContain('Source: CTAP 2.1 section 6.5.5.7.2 (MUST)');
    expect(out).toContain('request: authenticatorClientPIN');
  });

  it('proves requirements', async () => {
    const { code, out } = await conform('pin.retries', '--prove');
    expect(code).toBe(0);
    expect(out).toMatch(/\d+ requirements with \d+ cases proven/);
  });

  it('waives expected failures, and fails when an expected failure no longer occurs', async () => {
    const file = writeExpectedFailures('pin.retries.decrease');
    const args = ['pin.retries.decrease', '--expected-failures', file];
    expect((await conform(...args, '--defect', 'pin.retries-unlimited')).code).toBe(0);
    expect((await conform(...args)).code).toBe(1);
  });

  it('fails when an expected failure has expired', async () => {
    const file = writeExpectedFailures('pin.retries.wrong-pin', '2020-01-01');
    const { code } = await conform('pin.retries.wrong-pin', '--expected-failures', file);
    expect(code).toBe(1);
  });

  it('writes all reports, and compares them with an earlier one', async () => {
    const before = await conform('pin.retries', '--json');
    expect(before.code).toBe(0);
    const latest = join(folder, 'reports', 'latest-authenticator');
    expect(readdirSync(latest).toSorted()).toEqual(['index.html', 'junit.xml', 'result.json', 'results.sarif']);
    const { code, out } = await conform('pin.retries', '--defect', 'pin.retries-unlimited', '--compare', latest);
    expect(code).toBe(1);
    expect(out).toContain('worse    pin.retries.decrease@pin1: pass → fail');
  });

  it('exits with 2 if the earlier report cannot be read', async () => {
    const { code, err } = await conform('pin.retries', '--compare', join(folder, 'nothing'));
    expect(code).toBe(2);
    expect(err).toContain('nothing');
  });

  it('writes a bundle that touchstone verify accepts, and finds a change in', async () => {
    const file = join(folder, 'key.zip');
    await conform('pin.retries', '--bundle', file);
    expect(await runCommand('verify', file)).toMatchObject({
      code: 0,
      out: expect.stringContaining('The bundle is valid, and a new run has the same results'),
    });
    writeFileSync(
      file,
      readFileSync(file).map((byte, index) => (index === 100 ? byte ^ 1 : byte)),
    );
    expect((await runCommand('verify', file)).code).toBe(1);
    expect((await runCommand('verify', join(folder, 'nothing'))).code).toBe(2);
  });

  it('checks a metadata statement against the authenticator, and again in the replay of its bundle', async () => {
    const file = join(folder, 'statement.json');
    const bundle = join(folder, 'metadata.zip');
    writeFileSync(file, JSON.stringify({ aaguid: '00112233-4455-6677-8899-aabbccddeeff', schema: 3 }));
    const { code, out } = await conform('mds.aaguid', 'mds.schema', '--metadata', file, '--bundle', bundle);
    expect(code).toBe(1);
    expect(out).toContain('Expected 746f7563-6873-4f6e-a500-000000000023 as in getInfo in aaguid');
    expect(out).not.toContain('mds.schema.three');
    expect((await runCommand('verify', bundle)).code).toBe(0);
  });

  it.each([
    ['does not exist', join(folder, 'nothing.json')],
    ['is no JSON', writeText('text.json', 'text')],
    ['is no object', writeText('list.json', '[]')],
  ])('exits with 2 if the metadata statement %s', async (_title, file) => {
    const { code, err } = await conform('mds', '--metadata', file);
    expect(code).toBe(2);
    expect(err).toContain(file);
  });

  it('prints the touches and power cycles of a run, and saves at least half of them', async () => {
    const { code, out } = await conform('getassert.option', 'pin.retries', '--plan', '--json', '--persona', 'solo');
    const { catalogueOrder, planned } = JSON.parse(out);
    expect(code).toBe(0);
    expect(planned.touches).toBeLessThanOrEqual(catalogueOrder.touches / 2);
  });

  it('tests an emulated authenticator over a transport', async () => {
    const { code, out } = await conform('pin.retries.form', '--over', 'udp', '--persona', 'solo');
    expect(code).toBe(0);
    expect(out).toContain('over udp');
  });

  it('refuses a device whose owner has not permitted that it is erased', async () => {
    await using key = await keyOnSocket({ persona: 'solo', over: 'tcp' });
    const { code, err } = await conform('getinfo', '--device', key.address);
    expect(code).toBe(2);
    expect(err).toContain(`--destroy-credentials ${key.address}`);
  });

  it('tests a device that touches itself', async () => {
    await using key = await keyOnSocket({ persona: 'solo', over: 'tcp' });
    const device = ['--device', key.address, '--destroy-credentials', key.address, '--touches-itself'];
    const { code, out } = await conform('getinfo.versions', 'pin.retries.form', ...device);
    expect(code).toBe(0);
    expect(out).toContain('Conforms');
  });

  it('fails a profile whose demands the authenticator does not meet', async () => {
    const { code, err } = await conform('--profile', 'u2f', '--persona', 'bitwarden');
    expect(code).not.toBe(0);
    expect(err).toContain('getInfo does not list the version U2F_V2');
  });

  it.each([
    ['a profile and ids', ['pin', '--profile', 'u2f']],
    ['a run to resume that does not exist', ['pin.retries.form', '--resume', '--persona', 'solo']],
  ])('exits with 2 for %s', async (_title, args) => {
    expect((await conform(...args)).code).toBe(2);
  });
});
