/** `touchstone run` on cases that fail at one step: the failure is at the line of that step, and its message says what was there. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '#result/run-result.ts';

const fixture = 'src/cli/testing/failing-steps.yaml';
const output = mkdtempSync(join(tmpdir(), 'touchstone-failing-'));
afterAll(() => rmSync(output, { recursive: true }));

let result: RunResult;
beforeAll(async () => {
  const launcher = resolve(import.meta.dirname, '../touchstone.mjs');
  await new Promise((done) => execFile(process.execPath, [launcher, 'run', fixture, '-o', output], done));
  result = JSON.parse(readFileSync(join(output, 'latest/result.json'), 'utf8')) as RunResult;
}, 300_000);

describe('a case', () => {
  it.each<[id: string, message: RegExp]>([
    [
      'no-such-place',
      /Cannot save to this-device: the security dialog offers security-key only, and it asks for a PIN/,
    ],
    ['place-not-offered', /Cannot save to phone: the security dialog offers this-device, security-key/],
    ['ends-at-the-dialog', /No step follows, but the security dialog is open: it asks where to save the passkey/],
    ['ends-at-the-pin', /No step follows, but the security dialog is open: it asks for a PIN/],
    ['ends-at-the-touch', /No step follows, but the security dialog is open: .* waits for a touch/],
    ['ends-without-key', /No step follows, but the security dialog is open: it asks to connect a key/],
    ['command-not-sent', /The command makeCredential was not sent/],
    ['no-such-account', /The security dialog will not ask which account to use/],
    ['other-user-signed-in', /Cannot open Security info as bob: ada is signed in/],
    ['code-refused', /The site did not accept the code of bob: totp-invalid\. The page at .* says/],
    ['refused-before-name', /The page at .* says .*model.*The relying party refused: aaguid-not-allowed/],
    ['name-refused', /The site did not register the passkey: name-invalid/],
  ])('%s', (id, message) => {
    const found = result.cases.find((one) => one.id === `failing-steps/${id}`);
    expect(found?.verdict).toBe('failed');
    const failed = found?.steps.filter(({ verdict }) => verdict === 'failed').map(({ title }) => title);
    expect(failed).toEqual(['FAILS']);
    expect(found?.failures[0]?.message).toMatch(message);
    expect(found?.durationMs).toBeLessThan(30_000);
  });
});
