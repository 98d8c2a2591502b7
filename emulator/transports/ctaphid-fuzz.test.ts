/** Sends mutated packets to a HID key: it still answers INIT after each one, and its memory does not grow. TOUCHSTONE_FUZZ sets their number, TOUCHSTONE_SEED the seed. */
import { expect, it } from 'vitest';
import { AdjustableClock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { ctapHidCommands, decodeInitResponse, fragment, parsePacket, reportLength } from '#protocol/ctaphid.ts';
import { createAuthenticator, plugInHid } from '../index.ts';

const count = Number(process.env.TOUCHSTONE_FUZZ ?? 20_000);
const seed = process.env.TOUCHSTONE_SEED ?? 'hid';
const { INIT } = ctapHidCommands;

/** Returns a number from 0 to `limit - 1`, reproducible with the seed. */
const upTo = (random: Random, limit: number) => {
  const [high, low] = random.bytes(2) as unknown as [number, number];
  return ((high << 8) | low) % limit;
};

/** Yields the packets of plausible messages, some of them mutated. */
function* mutatedPackets(random: Random, channels: readonly number[]): Generator<Uint8Array> {
  const commands = Object.values(ctapHidCommands);
  for (;;) {
    const channel = channels[upTo(random, channels.length)]!;
    const command = upTo(random, 8) === 0 ? upTo(random, 128) : commands[upTo(random, commands.length)]!;
    const payload = random.bytes(upTo(random, 4) === 0 ? upTo(random, 7700) : upTo(random, 130));
    if (payload.length > 0 && upTo(random, 2) === 0) payload[0] = 1 + upTo(random, 14);
    for (const report of fragment(channel, command, payload)) yield* mutate(report, random);
  }
}

/** Drops a packet, overwrites a byte of its header or any byte, sends a part of it or itself before it; mostly returns it unchanged. */
function mutate(report: Uint8Array, random: Random): Uint8Array[] {
  const choice = upTo(random, 12);
  if (choice === 0) return [];
  if (choice === 1) report[upTo(random, 8)] = upTo(random, 256);
  if (choice === 2) report[upTo(random, reportLength)] = upTo(random, 256);
  if (choice === 3) return [report.slice(0, upTo(random, 80)), report];
  return choice === 4 ? [report, report] : [report];
}

it(`a HID key answers INIT after each of ${count} mutated packets, without growing in memory (seed ${seed})`, {
  timeout: 600_000,
}, async () => {
  const clock = new AdjustableClock();
  const random = seededRandom(seed);
  const device = plugInHid(createAuthenticator({ persona: 'touchstone-key', clock }), {
    clock,
    random: seededRandom(seed),
  });
  let last: Uint8Array | undefined;
  device.onReport((report) => {
    expect(report.length).toBe(reportLength);
    if (parsePacket(report).channel === 0xffff_ffff) last = report;
  });
  const packets = mutatedPackets(random, [0, 1, 0x11223344, 0xcafe, 0xffff_ffff]);
  const growth: number[] = [];
  for (let sent = 0; sent < count; sent++) {
    device.send(packets.next().value as Uint8Array);
    if (sent % 50 === 0) {
      await new Promise(setImmediate);
      clock.advance(upTo(random, 700));
    }
    if (sent % 500 === 0) growth.push(process.memoryUsage().arrayBuffers);
    last = undefined;
    const nonce = random.bytes(8);
    device.send(fragment(0xffff_ffff, INIT, nonce)[0]!);
    expect(last && decodeInitResponse((last as Uint8Array).subarray(7)).nonce).toEqual(nonce);
  }
  expect(Math.max(...growth) - Math.min(...growth), 'maximum growth in bytes').toBeLessThan(64 << 20);
});
