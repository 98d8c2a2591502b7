/** `browser.stack: built-in` end to end, in every engine that has virtual authenticators. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '#browser/installed-browsers.mjs';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import { headlessShell } from '../testing/headless-shell.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'touchstone-built-in-'));
afterAll(() => rmSync(folder, { recursive: true }));

let cases: CaseResult[];
beforeAll(async () => {
  const args = ['src/cli/touchstone.mjs', 'run', 'src/cli/testing/built-in.yaml', '-o', folder];
  await new Promise((done) =>
    execFile(process.execPath, args, { cwd: root, env: { ...process.env, ...headlessShell } }, done),
  );
  ({ cases } = JSON.parse(readFileSync(join(folder, 'latest/result.json'), 'utf8')) as RunResult);
}, 180_000);

const find = (id: string) => cases.find((one) => one.id === `built-in/${id}`);

describe.each(['chromium', 'firefox'] as const)('browser.stack: built-in in %s', (engine) => {
  it.skipIf(!findBrowser(engine))('registers a passkey, and reports what it has left out and cannot observe', () => {
    const result = find(`registered[browser.engine=${engine}]`);
    expect([result?.verdict, result?.failures]).toEqual(['passed', []]);
    expect(result?.parties).toMatchObject({
      browser: engine,
      stack: 'built-in',
      'browser version': expect.stringMatching(/^\d+\./),
      key: `Virtual authenticator of ${engine}`,
    });
    expect(result?.steps.filter(({ verdict }) => verdict === 'skipped').map(({ title }) => title)).toEqual([
      'save-to: security-key',
      expect.stringMatching(/^enter-pin: /),
      'touch',
    ]);
    const leftOut = result?.events.filter(({ event }) => event === 'step.left-out').map(({ detail }) => detail?.reason);
    expect(leftOut).toEqual([
      'The virtual authenticator of the browser has no dialog that asks where to save the passkey',
      'The virtual authenticator of the browser asks for no PIN',
      'The virtual authenticator of the browser needs no touch',
    ]);
    const notObservable = result?.expectations.filter(({ skipped }) => skipped !== undefined).map(({ path }) => path);
    expect(notObservable).toEqual(['relying-party.passkey.aaguid', 'authenticator.pin', 'wire.makeCredential.times']);
  });

  it('leaves out a case that needs the dialog', () => {
    const result = find(`cancelled[browser.engine=${engine}]`);
    expect(result?.verdict).toBe('skipped');
    expect(result?.notes?.join()).toContain(
      'Left out with browser.stack: built-in: the virtual authenticator has no dialog (step cancel-dialog)',
    );
  });
});
