/** Sends mutated APDUs to a smart card: it answers each one, still executes SELECT, and its memory does not grow. TOUCHSTONE_FUZZ sets their number, TOUCHSTONE_SEED the seed. */
import { expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { encodeChain, encodeCommand } from '#protocol/apdu.ts';
import { createAuthenticator, insertCard } from '../index.ts';

const count = Number(process.env.TOUCHSTONE_FUZZ ?? 20_000);
const seed = process.env.TOUCHSTONE_SEED ?? 'apdu';
const select = fromHex('00a4040008a0000006472f000100');
const selected = `${toHex(utf8('U2F_V2'))}9000`;

it(`a card answers ${count} mutated APDUs and every SELECT between them, without growing in memory (seed ${seed})`, {
  timeout: 900_000,
}, async () => {
  const random = seededRandom(seed);
  const upTo = (limit: number) => ((random.bytes(1)[0]! << 8) | random.bytes(1)[0]!) % limit;
  const oneOf = <T>(values: readonly T[]): T => values[upTo(values.length)]!;

  /** Yields plausible commands in the short or extended form, some of them mutated. */
  function* mutatedApdus(): Generator<Uint8Array> {
    for (;;) {
      const data = random.bytes(upTo(4) === 0 ? upTo(1200) : upTo(80));
      if (data.length > 0 && upTo(2) === 0) data[0] = 1 + upTo(14);
      const extended = upTo(2) === 0;
      const command = {
        cla: oneOf([0x00, 0x80, 0x80, 0x90, upTo(256)]),
        ins: oneOf([0xa4, 0xc0, 0x10, 0x10, 0x11, 0x12, 0x01, 0x02, 0x03, upTo(256)]),
        p1: oneOf([0x00, 0x04, 0x80, 0x11, 0x01, upTo(256)]),
        p2: oneOf([0, 0, 0, upTo(256)]),
        data,
        ne: oneOf([undefined, 256, 1 + upTo(256)]),
        extended,
      };
      for (const apdu of extended ? [encodeCommand(command)] : encodeChain(command)) yield* mutate(apdu);
    }
  }

  /** Drops an APDU, overwrites a byte, cuts it, lengthens it or repeats it; mostly returns it unchanged. */
  function mutate(apdu: Uint8Array): Uint8Array[] {
    const choice = upTo(12);
    if (choice === 0) return [];
    if (choice === 1) apdu[upTo(apdu.length)] = upTo(256);
    if (choice === 2) return [apdu.slice(0, upTo(apdu.length + 1))];
    if (choice === 3) return [concat(apdu, random.bytes(upTo(8)))];
    return choice === 4 ? [apdu, apdu] : [apdu];
  }

  const clock = new AdjustableClock();
  const card = insertCard(createAuthenticator({ persona: 'touchstone-complete', clock }), { clock });
  const apdus = mutatedApdus();
  const growth: number[] = [];
  for (let sent = 0; sent < count; sent++) {
    const response = await card.transmit(apdus.next().value as Uint8Array);
    expect(response.length).toBeGreaterThanOrEqual(2);
    if (sent % 8 === 0) expect(toHex(await card.transmit(select))).toBe(selected);
    if (sent % 50 === 0) clock.advance(upTo(700));
    if (sent % 500 === 0) growth.push(process.memoryUsage().arrayBuffers);
  }
  expect(toHex(await card.transmit(select))).toBe(selected);
  expect(Math.max(...growth) - Math.min(...growth), 'maximum growth in bytes').toBeLessThan(64 << 20);
});
