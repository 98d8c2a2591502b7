/** What the way to a key costs: CTAPHID round trips and makeCredential, direct, through the framing alone, over UDP and over TCP. */
import { createAuthenticator, plugIn, plugInHid, serveTcp, serveUdp } from '#emulator';
import { concat } from '#protocol/bytes.ts';
import { encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { systemRandom } from '#protocol/seams.ts';
import { median } from '#result/statistics.ts';
import { type CtapHidChannel, openCtapHid } from '#transport/ctaphid-channel.ts';
import type { CtapDevice } from '#transport/device.ts';
import { openTcp, openUdp } from '#transport/sockets.ts';
import { interleave, rate, slowdown } from './measure.ts';

const key = () => createAuthenticator({ persona: 'yubikey-5-nfc' });
const { code, request } = commands.authenticatorMakeCredential;
export const makeCredential = concat(
  new Uint8Array([code]),
  encode(
    request.encode({
      clientDataHash: systemRandom.bytes(32),
      rp: { id: 'contoso.test', name: 'Contoso' },
      user: { id: systemRandom.bytes(32), name: 'adele@contoso.test', displayName: 'Adele' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    }),
  ),
);

export interface TransportFigures {
  ways: { name: string; pingsPerSecond: number | undefined; makeCredentialP50Ms: number }[];
  /** Share of a direct makeCredential that the framing of both sides adds, 0.1 for 10 %. */
  framingCost: number;
}

interface Way {
  name: string;
  device: CtapDevice;
  channel?: CtapHidChannel;
}

export async function benchTransports(): Promise<TransportFigures> {
  await using udp = await serveUdp(key(), { port: 0 });
  await using tcp = await serveTcp(key(), { port: 0 });
  const at = ({ port }: { port: number }) => ({ host: '127.0.0.1', port });
  const direct: Way = { name: 'direct', device: plugIn(key()) };
  const framed = way('CTAPHID', await openCtapHid(plugInHid(key())));
  const overUdp = way('UDP', await openCtapHid(await openUdp(at(udp))));
  const overTcp = way('TCP', await openCtapHid(await openTcp(at(tcp))));
  const ways = [direct, framed, overUdp, overTcp];
  try {
    const measured: TransportFigures['ways'] = [];
    for (const each of ways)
      measured.push({
        name: each.name,
        pingsPerSecond: each.channel && (await pings(each.channel)),
        makeCredentialP50Ms: await p50(each),
      });
    const [bare, through] = await interleave([contender(direct), contender(framed)], { rounds: 15, operations: 300 });
    return { ways: measured, framingCost: slowdown(through!, bare!) - 1 };
  } finally {
    for (const { device } of ways) await device[Symbol.asyncDispose]();
  }
}

const way = (name: string, channel: CtapHidChannel): Way => ({ name, device: channel, channel });

const contender = ({ name, device }: Way) => ({ name, run: () => make(device) });

/** A benchmark of refusals would be fast and worthless. */
async function make(device: CtapDevice): Promise<void> {
  const [status] = await device.transact(makeCredential);
  if (status !== 0) throw new Error(`makeCredential answered 0x${status?.toString(16)}`);
}

/** Messages of one report there and one back. */
async function pings(channel: CtapHidChannel): Promise<number> {
  const payload = new Uint8Array(57);
  const [measured] = await interleave([{ name: 'ping', run: () => channel.call('PING', payload) }], {
    rounds: 5,
    operations: 1_000,
  });
  return rate(measured!);
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
