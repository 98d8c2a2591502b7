/**
 * The catalogue on an authenticator that is not ours: every failure has an explanation. The run is a child process with a time limit,
 * because the library can deadlock below Node 22 (see `bench/nid.ts`).
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CaseResult } from '#conformance/case-result.ts';
import { nidCauses } from './testing/nid-failures.ts';

type Result = Pick<CaseResult, 'id' | 'variant' | 'verdict' | 'message'>;

const script = fileURLToPath(new URL('testing/nid-run.ts', import.meta.url));
const timeLimitMs = 30_000;

async function runOnce(): Promise<Result[]> {
  const options = { timeout: timeLimitMs, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], options);
  return JSON.parse(stdout) as Result[];
}

const causeOf = (failure: Result) => Object.entries(nidCauses).find(([, matches]) => matches(failure))?.[0];

describe('nid-webauthn-emulator', () => {
  let results: Result[] = [];
  beforeAll(async () => {
    results = await runOnce().catch(runOnce);
  }, 2 * timeLimitMs);
  const withVerdict = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict);

  it('meets some requirements and violates others', () => {
    expect(withVerdict('pass').length).toBeGreaterThan(50);
    expect(withVerdict('fail').length).toBeGreaterThan(200);
  });

  it('has an explanation for every violation', () => {
    expect(withVerdict('fail').filter((failure) => causeOf(failure) === undefined)).toEqual([]);
  });

  it.each(Object.keys(nidCauses))('violates requirements because %s', (cause) => {
    expect(withVerdict('fail').map(causeOf)).toContain(cause);
  });

  it('is inconclusive only where it would have to stay untouched, to be reset, or to sign in', () => {
    const reasons = /touches itself|Cannot (reset|get an assertion)|needs a reset/;
    expect(withVerdict('inconclusive').filter(({ message }) => !reasons.test(message))).toEqual([]);
  });
});
