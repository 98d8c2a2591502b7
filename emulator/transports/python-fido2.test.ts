/** python-fido2 (Debian: python3-fido2, 0.9), a host that is not ours, uses the key over UDP and over PC/SC. Skipped with the reason where it is missing. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveUdp } from '../index.ts';
import { judgeOperations, keyForHosts, type Outcomes, outcomesOf } from './testing/foreign-host.ts';
import { startPcscd } from './testing/pcscd.ts';

const python = '/usr/bin/python3';
const client = new URL('testing/python_fido2_client.py', import.meta.url).pathname;

/** Why these modules cannot be used here. */
function missing(modules: string): string | undefined {
  try {
    const version = execFileSync(python, ['-c', `import ${modules}; print(fido2.__version__)`], { stdio: 'pipe' });
    return `${version}`.startsWith('0.9.') ? undefined : `python-fido2 is ${`${version}`.trim()}, 0.9 is wanted`;
  } catch {
    return 'a module is missing (apt-get install python3-fido2 python3-pyscard)';
  }
}

function skip(what: string, why: string): void {
  console.info(`skipped: ${what}, because ${why}`);
  describe.skip(`${what} (${why})`, () => test('its operations', () => undefined));
}

const noUdp = missing('fido2');
if (noUdp) skip('python-fido2 over UDP', noUdp);
else
  describe('python-fido2 over UDP', () => {
    let outcomes: Outcomes;

    beforeAll(async () => {
      await using served = await serveUdp(keyForHosts(), { port: 0 });
      const address = ['udp', String(served.port)];
      const first = await outcomesOf(python, [client, ...address]);
      served.powerCycle(); // a key is reset only just after it was plugged in
      outcomes = new Map([...first, ...(await outcomesOf(python, [client, ...address, 'reset']))]);
    }, 120_000);

    judgeOperations(() => outcomes, ['ping']);
  });

const noCards = missing('fido2, smartcard');
const pcscd = noCards ?? (await startPcscd());
if (typeof pcscd === 'string') skip('python-fido2 over PC/SC', pcscd);
else
  describe('python-fido2 over PC/SC', () => {
    let outcomes: Outcomes;

    beforeAll(async () => {
      const key = keyForHosts();
      await using card = await pcscd.lay(key);
      const address = ['pcsc', pcscd.reader];
      const first = await outcomesOf(python, [client, ...address]);
      card.powerCycle();
      outcomes = new Map([...first, ...(await outcomesOf(python, [client, ...address, 'reset']))]);
    }, 120_000);
    afterAll(() => pcscd[Symbol.asyncDispose]());

    judgeOperations(() => outcomes);

    test('it was a card', () => expect(outcomes.has('ping')).toBe(false));
  });
