/** Mutated packets against a whole key: it answers INIT after whatever came, and holds no more than it held. TOUCHSTONE_FUZZ sets how many. */
import { expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { ctapHidCommands, decodeInitResponse, fragment, parsePacket, reportLength } from '#protocol/ctaphid.ts';
import { createAuthenticator, plugInHid } from '../index.ts';

const count = Number(process.env.TOUCHSTONE_FUZZ ?? 20_000);
const seed = process.env.TOUCHSTONE_SEED ?? 'hid';
const { INIT } = ctapHidCommands;

/** A small number that follows from the seed. */
const upTo = (random: Random, limit: number) => {
  const [high, low] = random.bytes(2) as unknown as [number, number];
  return ((high << 8) | low) % limit;
};

/** Messages that mean something, cut into packets, each of which may get lost or spoilt. */
function* mutated(random: Random, channels: readonly number[]): Generator<Uint8Array> {
  const commands = Object.values(ctapHidCommands);
  for (;;) {
    const channel = channels[upTo(random, channels.length)]!;
    const command = upTo(random, 8) === 0 ? upTo(random, 128) : commands[upTo(random, commands.length)]!;
    const payload = random.bytes(upTo(random, 4) === 0 ? upTo(random, 7700) : upTo(random, 130));
    if (payload.length > 0 && upTo(random, 2) === 0) payload[0] = 1 + upTo(random, 14);
    for (const report of fragment(channel, command, payload)) yield* spoilt(report, random);
  }
}

/** Dropped, overwritten in its head or anywhere, preceded by a part of it or by itself; mostly as it is. */
function spoilt(report: Uint8Array, random: Random): Uint8Array[] {
  const choice = upTo(random, 12);
  if (choice === 0) return [];
  if (choice === 1) report[upTo(random, 8)] = upTo(random, 256);
  if (choice === 2) report[upTo(random, reportLength)] = upTo(random, 256);
  if (choice === 3) return [report.slice(0, upTo(random, 80)), report];
  return choice === 4 ? [report, report] : [report];
}

it(`answers INIT after each of ${count} mutated packets, within its memory (seed ${seed})`, {
  timeout: 600_000,
}, async () => {
  const clock = new AdjustableClock();
  const random = seededRandom(seed);
  const cable = plugInHid(createAuthenticator({ persona: 'touchstone-key', clock }), {
    clock,
    random: seededRandom(seed),
  });
  let last: Uint8Array | undefined;
  cable.onReport((report) => {
    expect(report.length).toBe(reportLength);
    if (parsePacket(report).channel === 0xffff_ffff) last = report;
  });
  const packets = mutated(random, [0, 1, 0x11223344, 0xcafe, 0xffff_ffff]);
  const growth: number[] = [];
  for (let sent = 0; sent < count; sent++) {
    cable.send(packets.next().value as Uint8Array);
    if (sent % 50 === 0) {
      await new Promise(setImmediate);
      clock.advance(upTo(random, 700));
    }
    if (sent % 500 === 0) growth.push(process.memoryUsage().arrayBuffers);
    last = undefined;
    const nonce = random.bytes(8);
    cable.send(fragment(0xffff_ffff, INIT, nonce)[0]!);
    expect(last && decodeInitResponse((last as Uint8Array).subarray(7)).nonce).toEqual(nonce);
  }
  expect(Math.max(...growth) - growth[0]!, 'bytes held at most').toBeLessThan(64 << 20);
});
