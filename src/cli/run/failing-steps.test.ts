/** Cases that fail at one step: the failure is at the line of that step, and its message says what was there. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScenarioFailure } from '#scenario/run/failures.ts';
import { type CasesInProcess, openCases, resultOf } from '../testing/cases-in-process.ts';

const fixture = 'src/cli/testing/failing-steps.yaml';
const deniedModel = 'src/cli/testing/denied-model.yaml';
const lines = readFileSync(fixture, 'utf8').split('\n');
const timeout = 120_000;

let cases: CasesInProcess;
beforeAll(async () => {
  cases = await openCases([fixture, deniedModel]);
}, 60_000);
afterAll(() => cases?.[Symbol.asyncDispose](), 60_000);

describe('a case', { timeout }, () => {
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
    ['code-refused', /The site did not accept the code of bob: totp-invalid\nThe page at .* says/],
    [
      'refused-before-name',
      /The page at .* says .*model.*\nPOST \/api\/passkeys was answered with status 400\nThe relying party refused: aaguid-not-allowed/,
    ],
    ['name-refused', /The site did not register the passkey: name-invalid/],
  ])('%s', async (id, message) => {
    const { record, error } = await cases.run(`failing-steps/${id}`);
    expect(error).toBeInstanceOf(ScenarioFailure);
    const { message: text, stack = '' } = error as ScenarioFailure;
    const failed = record.steps.filter(({ verdict }) => verdict === 'failed').map(({ title }) => title);
    expect(failed, text).toEqual(['FAILS']);
    expect(text).toMatch(message);
    const [, line] = /failing-steps\.yaml:(\d+)/.exec(stack) ?? [];
    expect(lines[Number(line) - 1]).toContain('FAILS');
  });
});

describe('a policy that denies a key model', { timeout }, () => {
  it('fails exactly the cases with this model, at the step that needs a registered passkey', async () => {
    const ids = cases.ids.filter((id) => id.startsWith('denied-model/'));
    const results = [];
    for (const id of ids) results.push(resultOf(await cases.run(id)));
    expect(Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]))).toEqual({
      'denied-model/denied': 'failed',
      'denied-model/another-model': 'passed',
      'denied-model/never-registered': 'passed',
    });
    const denied = results.find(({ verdict }) => verdict === 'failed');
    const failedSteps = denied?.steps.filter(({ verdict }) => verdict === 'failed');
    expect(failedSteps?.map(({ title }) => title)).toEqual(['name: Key']);
    expect(denied?.failures[0]?.message).toMatch(/^ScenarioFailure: name: .*refused: aaguid-not-allowed/s);
  });
});
