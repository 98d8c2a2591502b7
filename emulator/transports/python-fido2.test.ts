/** python-fido2 (Debian: python3-fido2, 0.9), a host that is not ours, uses the key over UDP. Skipped with the reason where it is missing. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createAuthenticator, personas, serveUdp } from '../index.ts';

const python = '/usr/bin/python3';
const client = new URL('testing/python_fido2_client.py', import.meta.url).pathname;

/** Why it cannot run here. */
function missing(): string | undefined {
  try {
    const version = execFileSync(python, ['-c', 'import fido2; print(fido2.__version__)'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return `${version}`.startsWith('0.9.') ? undefined : `python-fido2 is ${`${version}`.trim()}, 0.9 is wanted`;
  } catch {
    return 'python-fido2 is not installed (apt-get install python3-fido2)';
  }
}

test('python-fido2 sets a PIN, registers and signs in over UDP', { timeout: 60_000 }, async (context) => {
  const reason = missing();
  if (reason) return context.skip(reason);
  const authenticator = createAuthenticator({ persona: 'yubikey-5-nfc' });
  await using served = await serveUdp(authenticator, { port: 0 });
  const { stdout } = await promisify(execFile)(python, [client, String(served.port)], { timeout: 50_000 });
  expect(JSON.parse(stdout)).toEqual({
    ping: true,
    aaguid: personas['yubikey-5-nfc'].aaguid.replaceAll('-', ''),
    fmt: 'packed',
    verified: true,
  });
  expect(authenticator.inspect()).toMatchObject({ pin: 'set', credentials: [{ userName: 'alice' }] });
});
