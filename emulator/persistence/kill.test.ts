/** A process that is killed at any moment loses nothing that it acknowledged. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { compileTestProgram, type TestProgram } from '#cli/program/testing/compile-test-program.ts';
import { createAuthenticator } from '../index.ts';
import { TestPlatform } from '../testing/test-platform.ts';

const random = seededRandom('kill -9');
const rounds = Number(process.env.TOUCHSTONE_KILLS ?? 6);
let program: TestProgram;
let directory: string;
beforeAll(async () => {
  program = await compileTestProgram(fileURLToPath(new URL('./testing/registering-process.ts', import.meta.url)));
  directory = mkdtempSync(join(tmpdir(), 'touchstone-state-'));
});
afterAll(() => {
  program?.[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** Kills the process after a random number of lines and of event-loop turns. Returns the lines that it reported. */
async function runAndKill(path: string, round: number): Promise<string[]> {
  const [count = 0, spins = 0] = random.bytes(2);
  const child = spawn(process.execPath, [program.file, path, `${round}`]);
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length !== 10 + (count % 64)) continue;
    for (let spin = 0; spin < spins; spin++) await new Promise(setImmediate);
    child.kill('SIGKILL');
  }
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  return lines;
}

it(`loses nothing acknowledged in ${rounds} kills; no counter decreases`, { timeout: 120_000 }, async () => {
  const path = join(directory, 'key.state');
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const lines = await runAndKill(path, round);
    for (const line of lines.filter((reported) => reported.startsWith('credential'))) {
      const [, id = '', signCount = ''] = line.split(' ');
      acknowledged.set(id, Number(signCount));
    }
    using reopened = createAuthenticator({ persona: 'touchstone-key', state: path, credentialCapacity: 1e6 });
    const { signCounter, pinRetries } = reopened.inspect();
    expect(signCounter).toBeGreaterThanOrEqual(Math.max(...acknowledged.values()));
    if (lines.at(-1) === 'wrong PIN') expect(pinRetries).toBeLessThan(8);
    const platform = new TestPlatform(reopened);
    for (const id of acknowledged.keys()) {
      const allowList = [{ id: fromHex(id), type: 'public-key' }];
      const { status } = await platform.getAssertion({ allowList, options: { up: false } });
      expect(status, `credential ${id} of round ${round}`).toBe('CTAP2_OK');
    }
  }
  expect(acknowledged.size).toBeGreaterThan(rounds);
});
