/** `touchstone keys serve` as a process: what it says is enough to use its keys from elsewhere. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthenticator, serveUdp } from '#emulator';
import { remoteOn } from '#transport/remote/transport.ts';
import { main } from '../main.ts';

const launcher = resolve(import.meta.dirname, '../touchstone.mjs');
const secret = 'a secret of the machine room';

/** Serves the key at `address`, until disposed. */
async function serving(address: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [launcher, 'keys', 'serve', '--port', '0', '--device', address], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it ended before it said ${pattern}: ${said.join('\n')}`);
      said.push(value);
      const match = pattern.exec(value);
      if (match) return match;
    }
  };
  return {
    said,
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
    ['a token of its own', {}],
    ['the token it was given, which it keeps to itself', { TOUCHSTONE_REMOTE_TOKEN: secret }],
  ])(
    'lends with %s',
    async (_what, env) => {
      await using key = await serveUdp(createAuthenticator({ persona: 'touchstone-key' }), { port: 0 });
      await using server = await serving(key.name, env);
      const [, where = ''] = await server.until(/remote:(\S+)/);
      const [, printed] = /TOUCHSTONE_REMOTE_TOKEN=(\S+)/.exec(server.said.join('\n')) ?? [];
      expect(printed === undefined).toBe('TOUCHSTONE_REMOTE_TOKEN' in env);
      const device = await remoteOn({ TOUCHSTONE_REMOTE_TOKEN: printed ?? secret }).open(where);
      expect((await device.transact(new Uint8Array([0x04])))[0]).toBe(0);
      await server.until(/leased +udp:\S+ to /);
      await device[Symbol.asyncDispose]();
      await server.until(/released udp:\S+ by .*: it was released/);
      expect(await server.interrupt()).toBe(0);
      expect(server.said.join('\n')).not.toContain(secret);
    },
    60_000,
  );
});

describe('bad usage', () => {
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
    [['--host', '0.0.0.0', '--tls-cert', 'x.pem'], '--tls-cert and --tls-key are wanted'],
    [['--tls-cert', 'no/such.pem', '--tls-key', 'no/such.pem'], 'cannot read no/such.pem'],
    [['--tls-cert', 'package.json', '--tls-key', 'package.json'], 'cannot use the certificate'],
    [['--port', '99999'], 'a port number'],
    [['--idle', 'soon'], '30s, 10m or 2h'],
  ])('%j exits 2 and says why', async (args, complaint) => {
    expect(await main(['keys', 'serve', ...args])).toBe(2);
    expect(errors.join('\n')).toContain(complaint);
  });

  it('refuses a token that can be guessed', async () => {
    vi.stubEnv('TOUCHSTONE_REMOTE_TOKEN', 'secret');
    expect(await main(['keys', 'serve'])).toBe(2);
    expect(errors.join('\n')).toContain('at least 16');
    expect(errors.join('\n')).not.toContain('secret');
  });
});
