/** libfido2 (Debian: libfido2-dev) uses the key over TCP. Skipped, with the reason, if it is not installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { serveTcp } from '../index.ts';
import { createKeyForHosts, type Outcomes, runHostProgram, testEachOperation } from './testing/third-party-host.ts';

const source = new URL('testing/libfido2_client.c', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'touchstone-libfido2-'));
const client = join(folder, 'client');
afterAll(() => rmSync(folder, { recursive: true }));

/** Builds the host program. Returns the reason if that is not possible on this machine. */
function buildHost(): string | undefined {
  if (!existsSync('/usr/include/fido.h')) return 'libfido2 is not installed (apt-get install libfido2-dev)';
  try {
    execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-o', client, source, '-lfido2'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    if (code === 'ENOENT') return 'a C compiler is missing (apt-get install gcc libc6-dev)';
    throw new Error(`Cannot compile the host program: ${stderr}`, { cause: error });
  }
}

const reason = buildHost();
if (reason) {
  console.info(`Skipped the libfido2 tests: ${reason}`);
  describe.skip(`libfido2 (${reason})`, () => test('all operations', () => undefined));
} else
  describe('libfido2 over TCP', () => {
    let outcomes: Outcomes;

    beforeAll(async () => {
      await using served = await serveTcp(createKeyForHosts(), { port: 0 });
      const port = String(served.port);
      const first = await runHostProgram(client, [port]);
      served.powerCycle(); // a key accepts a reset only shortly after power-up
      outcomes = new Map([...first, ...(await runHostProgram(client, [port, 'reset']))]);
    }, 120_000);

    testEachOperation(() => outcomes, ['short-pin', 'large-blob-key']);
  });
