/** The scenarios of `scenarios/any-site` run unchanged on the reference portal and on an independent site, in one report. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '#result/run-result.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'touchstone-sites-'));
const example = 'examples/sites/simplewebauthn';
const server = spawn(process.execPath, ['--import', 'tsx', `${example}/server.ts`, '0'], { cwd: root });
let url = '';
beforeAll(async () => {
  url = await new Promise<string>((found) =>
    server.stdout.once('data', (text: Buffer) => found(text.toString().trim())),
  );
}, 60_000);
afterAll(() => {
  server.kill();
  rmSync(folder, { recursive: true });
});

describe('touchstone run --site', () => {
  it('runs the same six scenarios on two sites and reports them side by side', async () => {
    const sites = ['sites/reference-portal.yaml', `${example}/simplewebauthn.yaml`].flatMap((file) => ['--site', file]);
    const args = ['src/cli/touchstone.mjs', 'run', 'scenarios/any-site', ...sites, '--url', url, '-o', folder];
    await new Promise((ended) => execFile(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 }, ended));
    const { cases } = JSON.parse(readFileSync(join(folder, 'latest/result.json'), 'utf8')) as RunResult;
    expect(cases.map(({ id, verdict }) => `${verdict} ${id.replace(/^any-site\./, '')}`).toSorted()).toEqual(
      ['broken-signature', 'cancel', 'happy-path', 'key-pulled', 'same-key-again', 'wrong-pin'].flatMap((id) =>
        ['reference-portal', 'simplewebauthn'].map((site) => `passed ${id}[relying-party.site=${site}]`),
      ),
    );
    const broken = cases.find(({ id }) => id.startsWith('any-site.broken-signature') && id.includes('simplewebauthn'));
    const notObservable = broken?.expectations.filter(({ skipped }) => skipped !== undefined).map(({ path }) => path);
    expect(notObservable).toEqual(['relying-party.passkey', 'authenticator.abandoned-credentials']);
    expect(broken?.spans.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['rp-options', 'rp-verify']));
  }, 300_000);
});
