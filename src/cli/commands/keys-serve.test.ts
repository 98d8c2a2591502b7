/** `touchstone keys serve` as a process: its output is enough to use its keys from another process. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthenticator, serveUdp } from '#emulator';
import { createRemoteTransport } from '#transport/remote/transport.ts';
import { main } from '../main.ts';

const launcher = resolve(import.meta.dirname, '../touchstone.mjs');
const secret = 'a secret of at least 16 characters';

/** Starts the command for the key at `address`; it is stopped when disposed. */
async function startServing(address: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [launcher, 'keys', 'serve', '--port', '0', '--device', address], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const printed: string[] = [];
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`The command ended before it printed ${pattern}: ${printed.join('\n')}`);
      printed.push(value);
      const match = pattern.exec(value);
      if (match) return match;
    }
  };
  return {
    printed,
    until,
    interrupt() {
      child.kill('SIGINT');
      return exited;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('touchstone keys serve', () => {
  it.each([
    ['a generated token, which it prints', {}],
    ['the token from the environment, which it does not print', { TOUCHSTONE_REMOTE_TOKEN: secret }],
  ])(
    'serves keys with %s',
    async (_title, env) => {
      await using key = await serveUdp(createAuthenticator({ persona: 'touchstone-key' }), { port: 0 });
      await using server = await startServing(key.name, env);
      const [, where = ''] = await server.until(/remote:(\S+)/);
      const [, newToken] = /TOUCHSTONE_REMOTE_TOKEN=(\S+)/.exec(server.printed.join('\n')) ?? [];
      expect(newToken === undefined).toBe('TOUCHSTONE_REMOTE_TOKEN' in env);
      const device = await createRemoteTransport({ TOUCHSTONE_REMOTE_TOKEN: newToken ?? secret }).open(where);
      expect((await device.transact(new Uint8Array([0x04])))[0]).toBe(0);
      await server.until(/leased +udp:\S+ to /);
      await device[Symbol.asyncDispose]();
      await server.until(/released udp:\S+ by .*: the client released it/);
      expect(await server.interrupt()).toBe(0);
      expect(server.printed.join('\n')).not.toContain(secret);
    },
    60_000,
  );
});

describe('touchstone keys serve with invalid options', () => {
  const errors: string[] = [];
  beforeEach(() => {
    errors.length = 0;
    vi.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it.each([
    [['--host', '0.0.0.0'], 'without TLS'],
    [['--host', '0.0.0.0', '--tls-cert', 'x.pem'], 'requires both --tls-cert and --tls-key'],
    [['--tls-cert', 'no/such.pem', '--tls-key', 'no/such.pem'], 'cannot read no/such.pem'],
    [['--tls-cert', 'package.json', '--tls-key', 'package.json'], 'Cannot use the certificate'],
    [['--port', '99999'], 'Expected a port number'],
    [['--idle', 'soon'], 'Expected a duration such as'],
  ])('exits 2 with a message for %j', async (args, complaint) => {
    expect(await main(['keys', 'serve', ...args])).toBe(2);
    expect(errors.join('\n')).toContain(complaint);
  });

  it('rejects a short token', async () => {
    vi.stubEnv('TOUCHSTONE_REMOTE_TOKEN', 'secret');
    expect(await main(['keys', 'serve'])).toBe(2);
    expect(errors.join('\n')).toContain('at least 16');
    expect(errors.join('\n')).not.toContain('secret');
  });
});
