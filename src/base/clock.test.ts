import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { toHex } from './bytes.ts';
import { AdjustableClock } from './clock.ts';
import { systemRandom } from './random.ts';
import { seededRandom } from './seeded-random.ts';

describe('AdjustableClock', () => {
  it('ends sleeps in the order of their times when it is advanced', async () => {
    const clock = new AdjustableClock();
    const woken: number[] = [];
    const sleeps = [3000, 1000, 2000].map((ms) => clock.sleep(ms).then(() => woken.push(ms)));
    const [before, day] = [clock.monotonic(), clock.now()];
    clock.advance(5000);
    await Promise.all(sleeps);
    expect(woken).toEqual([1000, 2000, 3000]);
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(5000);
    expect(clock.now() - day).toBeGreaterThanOrEqual(5000);
  });

  it('does not end a sleep before its time', async () => {
    const clock = new AdjustableClock();
    const stop = new AbortController();
    let awake = false;
    const sleep = clock.sleep(10_000, stop.signal).then(() => {
      awake = true;
    });
    clock.advance(9000);
    await Promise.resolve();
    expect(awake).toBe(false);
    stop.abort(new Error('stopped'));
    await expect(sleep).rejects.toThrow('stopped');
  });

  it('rejects a sleep with a signal that is already aborted', async () => {
    const reason = new Error('too late');
    await expect(new AdjustableClock().sleep(1, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

it('ends a sleep after pending input is processed when the process was blocked', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [receiver] = (await once(server, 'connection')) as [Socket];
  try {
    const seen: string[] = [];
    const received = once(receiver, 'data').then(() => seen.push('input'));
    const slept = new AdjustableClock().sleep(20).then(() => seen.push('time'));
    sender.write('x');
    const blockedUntil = performance.now() + 60;
    while (performance.now() < blockedUntil);
    await Promise.all([received, slept]);
    expect(seen).toEqual(['input', 'time']);
  } finally {
    sender.destroy();
    server.close();
  }
});

describe('Random', () => {
  it.each([
    ['system', systemRandom],
    ['seeded', seededRandom('seed')],
  ])('%s: returns the requested number of bytes, different each time', (_title, random) => {
    const drawn = new Set<string>();
    for (let draw = 0; draw < 1000; draw++) drawn.add(toHex(random.bytes(16)));
    expect(drawn.size).toBe(1000);
    for (const length of [0, 1, 31, 511, 513, 5000]) expect(random.bytes(length)).toHaveLength(length);
    expect(random.bytes(5000).some((byte) => byte !== 0)).toBe(true);
  });

  it('returns the same bytes for the same seed, whatever the lengths of the calls', () => {
    const whole = seededRandom('seed').bytes(100);
    const random = seededRandom('seed');
    const pieces = [7, 32, 1, 60].map((length) => toHex(random.bytes(length))).join('');
    expect(pieces).toBe(toHex(whole));
    expect(seededRandom('other').bytes(100)).not.toEqual(whole);
  });
});
