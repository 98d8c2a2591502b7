import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../testing/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-conform-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const conform = (...args: string[]) => runCommand('conform', 'authenticator', ...args);

function writeExpectedFailures(id: string, expires = '2999-12-31'): string {
  const file = join(folder, `${id}.yaml`);
  writeFileSync(file, `- id: ${id}\n  reason: known\n  link: https://example.com/1\n  expires: ${expires}\n`);
  return file;
}

describe('touchstone conform authenticator', () => {
  it('exits with 0 if every applicable requirement is met', async () => {
    const { code, out } = await conform('pin.retries', '--persona', 'yubikey-5-nfc');
    expect(code).toBe(0);
    expect(out).toMatch(/10 cases: .*10 pass/);
  });

  it('exits with 1 and shows the messages if a requirement is violated', async () => {
    const { code, out } = await conform('pin.retries', '--defect', 'pin.retries-unlimited');
    expect(code).toBe(1);
    expect(out).toContain('pin.retries.decrease@pin1: Expected pinRetries to be 7, got 8');
    expect(out).toContain('answer: CTAP2_OK {3: 8}');
  });

  it('exits with 3 if nothing is applicable', async () => {
    const { code, out } = await conform('pin.retries', '--persona', 'windows-hello-vbs', '--verbose');
    expect(code).toBe(3);
    expect(out).toContain('not-applicable pin.retries.form: getInfo does not contain the option clientPin');
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
    expect(out).toContain('7 requirements with 10 cases proven');
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
});
