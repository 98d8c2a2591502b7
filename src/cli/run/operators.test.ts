/** `touchstone run` on a key of `touchstone emulate` that waits for a touch: with a robot, and without an operator. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseDetails } from '#report/html/read-embedded-data.ts';
import type { RunResult } from '#result/run-result.ts';
import { headlessShell } from '../testing/headless-shell.ts';

const launcher = resolve(import.meta.dirname, '../touchstone.mjs');
const scenario = 'src/cli/testing/registration.yaml';
const pin = '864209';
const folder = mkdtempSync(join(tmpdir(), 'touchstone-operator-'));
writeFileSync(join(folder, 'pin.txt'), pin);
const env = { ...process.env, ...headlessShell, NO_COLOR: '1', FORCE_COLOR: '0', TOUCHSTONE_PIN: pin };

let key: { address: string; controlApi: string; end(): Promise<unknown> };
beforeAll(async () => {
  const args = ['emulate', '--transport', 'udp', '--port', '0', '--touch', 'ask', '--http', '0'];
  const child = spawn(process.execPath, [launcher, ...args], { env });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextAddress = async () => String((await lines.next()).value).split(' at ')[1] ?? '';
  key = {
    address: await nextAddress(),
    controlApi: await nextAddress(),
    end: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
  child.stdout.resume();
}, 30_000);
afterAll(async () => {
  await key.end();
  rmSync(folder, { recursive: true });
});

/** Runs a case that registers a passkey on this key. */
async function register(...more: string[]) {
  const output = mkdtempSync(join(folder, 'run-'));
  const options = ['--grep', 'registration/own-pin', '--device', key.address, '--pin-from', `file:${folder}/pin.txt`];
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
    const args = [launcher, 'run', scenario, ...options, '-o', output, ...more];
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });
  const report = (file: string) => readFileSync(join(output, 'latest', file), 'utf8');
  const { cases, verdict } = JSON.parse(report('result.json')) as RunResult;
  const [only] = cases;
  if (!only) throw new Error('The run has no case');
  return { code, out, report, verdict, only };
}

/** Returns the notes of the first case in the HTML report, whose data is compressed. */
function notesInPage(page: string): unknown {
  const textOf = (id: string) => new RegExp(`<script type="text/plain" id="${id}">(.*)</script>`).exec(page)?.[1] ?? '';
  return new CaseDetails(textOf, 1).read({ position: 0 }).notes;
}

const operatorEvents = ({ events }: RunResult['cases'][number]) =>
  events.filter(({ event }) => event.startsWith('hands.')).map(({ event, detail }) => [event, detail?.handling]);

describe('a key that waits for a touch', () => {
  it('is touched by a robot behind HTTP, and the case passes', async () => {
    const { code, out, only } = await register('--operator-url', `${key.controlApi}/1/handlings`);
    expect(out).not.toContain('Touch the blinking key');
    expect([only.verdict, code]).toEqual(['passed', 0]);
    expect(operatorEvents(only)).toEqual([
      ['hands.asked', 'touch'],
      ['hands.done', 'touch'],
    ]);
  }, 150_000);

  it('is requested once if it is not touched, and the case is skipped with the reason in every report', async () => {
    const { code, out, report, verdict, only } = await register('--gesture-timeout', '1s', '--retries', '2');
    const reason = 'The operator did not perform touch on YubiKey 5 NFC within 1000 ms';
    const prompt = `▶ Touch the blinking key: YubiKey 5 NFC (${key.address}), within 1 s`;
    expect(out.split(prompt)).toHaveLength(2);
    expect(only).toMatchObject({ verdict: 'skipped', attempts: 1, failures: [], notes: [reason] });
    expect(only.steps.map(({ title, verdict: of }) => [title, of]).slice(-4)).toEqual([
      ['enter-pin: •••', 'passed'],
      ['touch', 'skipped'],
      ['name', 'skipped'],
      ['done', 'skipped'],
    ]);
    expect(operatorEvents(only).at(-1)).toEqual(['hands.missing', 'touch']);
    for (const file of ['junit.xml', 'summary.md']) expect(report(file), file).toContain(reason);
    expect(notesInPage(report('index.html'))).toEqual([reason]);
    expect(out).toContain(reason);
    expect(out).not.toContain('touchstone:prompt');
    expect(out).toContain('every case was skipped, so nothing was tested');
    expect([verdict, code], 'a run without results does not pass').toEqual(['skipped', 3]);
  }, 150_000);
});
