/** libfido2 (Debian: libfido2-dev) uses the key over TCP. Skipped, with the reason, if it is not installed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { serveTcp } from '../index.ts';
import { buildLibfido2Host } from './testing/libfido2-host.ts';
import { createKeyForHosts, type Outcomes, runHostProgram, testEachOperation } from './testing/third-party-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-libfido2-'));
const client = join(folder, 'client');
afterAll(() => rmSync(folder, { recursive: true }));

const reason = buildLibfido2Host(client);
if (reason) {
  console.info(`Skipped the libfido2 tests: ${reason}`);
  describe.skip(`libfido2 (${reason})`, () => test('succeeds with all operations', () => undefined));
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
