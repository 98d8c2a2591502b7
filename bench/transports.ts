/** What the way to a key costs: round trips and makeCredential, direct, through CTAPHID alone, over UDP, over TCP, and on a virtual card reader. */

import { systemRandom } from '#base/random.ts';
import { createAuthenticator, plugIn, plugInHid, serveTcp, serveUdp } from '#emulator';
import { encodeMessage } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { median } from '#result/statistics.ts';
import { type CtapHidChannel, openCtapHid } from '#transport/ctaphid-channel.ts';
import type { CtapDevice, Keepalive } from '#transport/device.ts';
import { openSmartCard, type SmartCardChannel } from '#transport/smart-card-channel.ts';
import { openTcp, openUdp } from '#transport/sockets.ts';
import { layOnReader } from './card-reader.ts';
import { interleave, rate, slowdown } from './measure.ts';

const key = () => createAuthenticator({ persona: 'yubikey-5-nfc' });
const { code, request } = commands.authenticatorMakeCredential;
export const makeCredential = encodeMessage(
  code,
  request.encode({
    clientDataHash: systemRandom.bytes(32),
    rp: { id: 'contoso.test', name: 'Contoso' },
    user: { id: systemRandom.bytes(32), name: 'adele@contoso.test', displayName: 'Adele' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  }),
);

export interface TransportFigures {
  ways: { name: string; roundTrips: { of: string; perSecond: number } | undefined; makeCredentialP50Ms: number }[];
  /** Shares of a direct makeCredential, 0.1 for 10 %: what the framing of both sides takes by itself, and what it adds. */
  framing: { alone: number; added: number };
}

interface Way {
  name: string;
  device: CtapDevice;
  /** The shortest exchange, and its name. */
  roundTrip?: { of: string; run(): Promise<unknown> };
}

export async function benchTransports(): Promise<TransportFigures> {
  await using udp = await serveUdp(key(), { port: 0 });
  await using tcp = await serveTcp(key(), { port: 0 });
  const at = ({ port }: { port: number }) => ({ host: '127.0.0.1', port });
  const direct: Way = { name: 'direct', device: plugIn(key()) };
  const framed = hid('CTAPHID', await openCtapHid(plugInHid(key())));
  const ways = [
    direct,
    framed,
    hid('UDP', await openCtapHid(await openUdp(at(udp)))),
    hid('TCP', await openCtapHid(await openTcp(at(tcp)))),
    card('vpcd', await openSmartCard(await layOnReader(key()))),
  ];
  try {
    const measured: TransportFigures['ways'] = [];
    for (const each of ways)
      measured.push({ name: each.name, roundTrips: await roundTrips(each), makeCredentialP50Ms: await p50(each) });
    return { ways: measured, framing: await framingShares(direct, framed) };
  } finally {
    for (const { device } of ways) await device[Symbol.asyncDispose]();
  }
}

/** Messages of one report there and one back. */
function hid(name: string, channel: CtapHidChannel): Way {
  const payload = new Uint8Array(57);
  return { name, device: channel, roundTrip: { of: 'CTAPHID_PING', run: () => channel.call('PING', payload) } };
}

const card = (name: string, channel: SmartCardChannel): Way => ({
  name,
  device: channel,
  roundTrip: { of: 'SELECT', run: () => channel.select() },
});

/** `alone`: the same reports and keepalives around an answer that is at hand. */
async function framingShares(direct: Way, framed: Way): Promise<TransportFigures['framing']> {
  const atHand = await direct.device.transact(makeCredential);
  const empty = {
    async process(_message: Uint8Array, { keepalive }: { keepalive?: ((state: Keepalive) => void) | undefined }) {
      keepalive?.('upneeded');
      keepalive?.('processing');
      return atHand;
    },
    powerCycle() {},
  };
  const alone: Way = { name: 'framing', device: await openCtapHid(plugInHid(empty)) };
  const rounds = { rounds: 25, operations: 200 };
  const [bare, through] = await interleave([contender(direct), contender(framed)], rounds);
  const [once, framing] = await interleave([contender(direct), contender(alone)], rounds);
  return { alone: slowdown(framing!, once!), added: slowdown(through!, bare!) - 1 };
}

const contender = ({ name, device }: Way) => ({ name, run: () => make(device) });

/** A benchmark of refusals would be fast and worthless. */
async function make(device: CtapDevice): Promise<void> {
  const [status] = await device.transact(makeCredential);
  if (status !== 0) throw new Error(`makeCredential answered 0x${status?.toString(16)}`);
}

async function roundTrips({ roundTrip }: Way): Promise<TransportFigures['ways'][number]['roundTrips']> {
  if (!roundTrip) return undefined;
  const [measured] = await interleave([{ name: roundTrip.of, run: roundTrip.run }], { rounds: 5, operations: 1_000 });
  return { of: roundTrip.of, perSecond: rate(measured!) };
}

async function p50({ device }: Way): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 600; count++) {
    const start = performance.now();
    await make(device);
    if (count >= 100) times.push(performance.now() - start);
  }
  return median(times);
}
