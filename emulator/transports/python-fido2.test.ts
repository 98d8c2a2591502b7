/** python-fido2 (Debian: python3-fido2, 0.9) uses the key over UDP and over PC/SC. Skipped, with the reason, if it is not installed. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveUdp } from '../index.ts';
import { startPcscd } from './testing/pcscd.ts';
import { createKeyForHosts, type Outcomes, runHostProgram, testEachOperation } from './testing/third-party-host.ts';

const python = '/usr/bin/python3';
const client = new URL('testing/python_fido2_client.py', import.meta.url).pathname;

/** What python-fido2 is used for in addition: CTAP1/U2F and fingerprints. */
const additional = [
  'u2f-version',
  'u2f-unknown-instruction',
  'u2f-register-and-authenticate',
  'no-fingerprints',
  'enroll-fingerprint',
  'list-unnamed-fingerprint',
  'name-fingerprint',
  'list-named-fingerprint',
  'remove-fingerprint',
];

/** Returns why these Python modules cannot be used on this machine; undefined if they can. */
function findMissingModule(modules: string): string | undefined {
  try {
    const version = execFileSync(python, ['-c', `import ${modules}; print(fido2.__version__)`], { stdio: 'pipe' });
    return `${version}`.startsWith('0.9.') ? undefined : `expected python-fido2 0.9, found ${`${version}`.trim()}`;
  } catch {
    return 'a Python module is missing (apt-get install python3-fido2 python3-pyscard)';
  }
}

function skip(suite: string, reason: string): void {
  console.info(`Skipped the tests of ${suite}: ${reason}`);
  describe.skip(`${suite} (${reason})`, () => test('succeeds with all operations', () => undefined));
}

const udpReason = findMissingModule('fido2');
if (udpReason) skip('python-fido2 over UDP', udpReason);
else
  describe('python-fido2 over UDP', () => {
    let outcomes: Outcomes;

    beforeAll(async () => {
      await using served = await serveUdp(createKeyForHosts(), { port: 0 });
      const address = ['udp', String(served.port)];
      const first = await runHostProgram(python, [client, ...address]);
      served.powerCycle(); // a key accepts a reset only shortly after power-up
      outcomes = new Map([...first, ...(await runHostProgram(python, [client, ...address, 'reset']))]);
    }, 120_000);

    testEachOperation(() => outcomes, ['ping', ...additional]);
  });

const cardReason = findMissingModule('fido2, smartcard');
const pcscd = cardReason ?? (await startPcscd());
if (typeof pcscd === 'string') skip('python-fido2 over PC/SC', pcscd);
else
  describe('python-fido2 over PC/SC', () => {
    let outcomes: Outcomes;

    beforeAll(async () => {
      const key = createKeyForHosts();
      await using card = await pcscd.insertKey(key);
      const address = ['pcsc', pcscd.reader];
      const first = await runHostProgram(python, [client, ...address]);
      card.powerCycle();
      outcomes = new Map([...first, ...(await runHostProgram(python, [client, ...address, 'reset']))]);
    }, 120_000);
    afterAll(() => pcscd[Symbol.asyncDispose]());

    testEachOperation(() => outcomes, additional);

    test('uses the card, not CTAPHID', () => expect(outcomes.has('ping')).toBe(false));
  });
