/** libfido2 (Debian: libfido2-dev), a host that is not ours, uses the key over TCP. Skipped with the reason where it is missing. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { serveTcp } from '../index.ts';
import { judgeOperations, keyForHosts, type Outcomes, outcomesOf } from './testing/foreign-host.ts';

const source = new URL('testing/libfido2_client.c', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'touchstone-libfido2-'));
const client = join(folder, 'client');
afterAll(() => rmSync(folder, { recursive: true }));

/** Builds the host; resolves with why it cannot be. */
function cannotBuild(): string | undefined {
  if (!existsSync('/usr/include/fido.h')) return 'libfido2 is not installed (apt-get install libfido2-dev)';
  try {
    execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-o', client, source, '-lfido2'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    if (code === 'ENOENT') return 'there is no C compiler (apt-get install gcc libc6-dev)';
    throw new Error(`the host does not compile: ${stderr}`, { cause: error });
  }
}

const reason = cannotBuild();
if (reason) {
  console.info(`skipped: libfido2, because ${reason}`);
  describe.skip(`libfido2 (${reason})`, () => test('its operations', () => undefined));
} else
  describe('libfido2 over TCP', () => {
    let outcomes: Outcomes;

    beforeAll(async () => {
      await using served = await serveTcp(keyForHosts(), { port: 0 });
      const port = String(served.port);
      const first = await outcomesOf(client, [port]);
      served.powerCycle(); // a key is reset only just after it was plugged in
      outcomes = new Map([...first, ...(await outcomesOf(client, [port, 'reset']))]);
    }, 120_000);

    judgeOperations(() => outcomes, ['short-pin', 'large-blob-key']);
  });
