import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { openAuthenticatorApp } from '#relying-party/methods/totp.ts';
import { claimCode } from './totp-steps.ts';

const app = openAuthenticatorApp('JBSWY3DPEHPK3PXP');
const code = (step: number) => app.codeAt(step * 30_000);

let folder: string;
let clock: ManualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchstone-codes-'));
  clock = new ManualClock();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts a sign-in, and returns its code when it has one. */
function signIn(of = app, signal?: AbortSignal) {
  const waits: number[] = [];
  const wait = (ms: number, work: () => Promise<void>) => {
    waits.push(ms);
    return work();
  };
  return { waits, code: claimCode(of, { clock, wait, folder, signal }) };
}

describe('claimCode', () => {
  it('returns the current code to the first sign-in, without waiting', async () => {
    clock.advance(45_000);
    const first = signIn();
    expect(await first.code).toBe(code(1));
    expect(first.waits).toEqual([]);
  });

  it('lets each further sign-in in the same time step wait for a code of its own', async () => {
    clock.advance(10_000);
    const [first, second, third] = [signIn(), signIn(), signIn()];
    expect(await first.code).toBe(code(0));
    expect([second.waits, third.waits]).toEqual([[20_000], [50_000]]);
    clock.advance(20_000);
    expect(await second.code).toBe(code(1));
    clock.advance(30_000);
    expect(await third.code).toBe(code(2));
  });

  it('does not let the users of other apps wait, and identifies the app also by its URL', async () => {
    await signIn().code;
    const other = signIn(openAuthenticatorApp('GEZDGNBVGY3TQOJQ'));
    const sameByUrl = signIn(openAuthenticatorApp('otpauth://totp/Contoso:adele?secret=JBSWY3DPEHPK3PXP'));
    await other.code;
    expect([other.waits, sameByUrl.waits]).toEqual([[], [30_000]]);
    clock.advance(30_000);
    await sameByUrl.code;
  });

  it('uses the period of the app', async () => {
    const slow = openAuthenticatorApp('otpauth://totp/Contoso:adele?secret=JBSWY3DPEHPK3PXP&period=60');
    clock.advance(50_000);
    await signIn(slow).code;
    const second = signIn(slow);
    expect(second.waits).toEqual([10_000]);
    clock.advance(10_000);
    expect(await second.code).toBe(slow.codeAt(60_000));
  });

  it('stops waiting when the signal aborts', async () => {
    await signIn().code;
    const stop = new AbortController();
    const waiting = signIn(app, stop.signal).code;
    stop.abort(new Error('the step is over'));
    await expect(waiting).rejects.toThrow('the step is over');
  });

  it('refuses a sign-in that ten others wait before', async () => {
    const all = Array.from({ length: 11 }, () => signIn().code);
    await expect(signIn().code).rejects.toThrow('10 sign-ins already wait for codes of this authenticator app');
    clock.advance(300_000);
    expect(new Set(await Promise.all(all)).size).toBe(11);
  });

  it('deletes the marks of time steps that are over', async () => {
    await signIn().code;
    clock.advance(60_000);
    await signIn().code;
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
