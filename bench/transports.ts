/** Measures the transports: round trips and makeCredential, in process, through CTAPHID only, over UDP, over TCP, and through a virtual card reader. */

import { systemRandom } from '#base/random.ts';
import { createAuthenticator, plugIn, plugInHid, serveTcp, serveUdp } from '#emulator';
import { encodeMessage } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { median } from '#result/statistics.ts';
import { type CtapHidChannel, openCtapHid } from '#transport/ctaphid-channel.ts';
import type { CtapDevice, Keepalive } from '#transport/device.ts';
import { openSmartCard, type SmartCardChannel } from '#transport/smart-card-channel.ts';
import { openTcp, openUdp } from '#transport/sockets.ts';
import { insertIntoVirtualReader } from './card-reader.ts';
import { interleave, type Measured, rate, slowdown } from './measure.ts';
import type { Spread } from './row.ts';

const framingRounds = { rounds: 5, turns: 60, operations: 20 };
const createKey = () => createAuthenticator({ persona: 'yubikey-5-nfc' });
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
  transports: {
    name: string;
    roundTrips: { of: string; perSecond: number } | undefined;
    makeCredentialP50Ms: number;
  }[];
  /** Times as multiples of a direct makeCredential: the framing of both sides alone, and makeCredential through it. */
  framing: { alone: Framing; around: Framing };
}

export interface Framing {
  ms: number;
  ratio: Spread;
}

interface MeasuredTransport {
  name: string;
  device: CtapDevice;
  /** The shortest exchange and its name. */
  roundTrip?: { of: string; run(): Promise<unknown> };
}

export async function benchTransports(): Promise<TransportFigures> {
  await using udp = await serveUdp(createKey(), { port: 0 });
  await using tcp = await serveTcp(createKey(), { port: 0 });
  const addressOf = ({ port }: { port: number }) => ({ host: '127.0.0.1', port });
  const direct: MeasuredTransport = { name: 'direct', device: plugIn(createKey()) };
  const framed = createHid('CTAPHID', await openCtapHid(plugInHid(createKey())));
  const transports = [
    direct,
    framed,
    createHid('UDP', await openCtapHid(await openUdp(addressOf(udp)))),
    createHid('TCP', await openCtapHid(await openTcp(addressOf(tcp)))),
    createCard('vpcd', await openSmartCard(await insertIntoVirtualReader(createKey()))),
  ];
  try {
    const measured: TransportFigures['transports'] = [];
    for (const each of transports)
      measured.push({
        name: each.name,
        roundTrips: await measureRoundTrips(each),
        makeCredentialP50Ms: await measureMakeCredentialP50(each),
      });
    return { transports: measured, framing: await measureFraming(direct, framed) };
  } finally {
    for (const { device } of transports) await device[Symbol.asyncDispose]();
  }
}

/** Round trips are CTAPHID_PING with one report in each direction. */
function createHid(name: string, channel: CtapHidChannel): MeasuredTransport {
  const payload = new Uint8Array(57);
  return { name, device: channel, roundTrip: { of: 'CTAPHID_PING', run: () => channel.call('PING', payload) } };
}

const createCard = (name: string, channel: SmartCardChannel): MeasuredTransport => ({
  name,
  device: channel,
  roundTrip: { of: 'SELECT', run: () => channel.select() },
});

/** `alone` is measured with the same reports and keepalives around an answer that is already computed. */
async function measureFraming(
  direct: MeasuredTransport,
  framed: MeasuredTransport,
): Promise<TransportFigures['framing']> {
  const answer = await direct.device.transact(makeCredential);
  const instantKey = {
    async process(_message: Uint8Array, { keepalive }: { keepalive?: ((state: Keepalive) => void) | undefined }) {
      keepalive?.('upneeded');
      keepalive?.('processing');
      return answer;
    },
    powerCycle() {},
  };
  const alone: MeasuredTransport = { name: 'framing', device: await openCtapHid(plugInHid(instantKey)) };
  const [bare, around, only] = await interleave(
    [createContender(direct), createContender(framed), createContender(alone)],
    framingRounds,
  );
  const compare = (measured: Measured): Framing => ({ ms: 1000 / rate(measured), ratio: slowdown(measured, bare) });
  return { alone: compare(only), around: compare(around) };
}

const createContender = ({ name, device }: MeasuredTransport) => ({ name, run: () => sendMakeCredential(device) });

/** Checks the status, because an error answer would be fast and measure nothing. */
async function sendMakeCredential(device: CtapDevice): Promise<void> {
  const [status] = await device.transact(makeCredential);
  if (status !== 0) throw new Error(`Expected status 0x0, makeCredential answered 0x${status?.toString(16)}`);
}

async function measureRoundTrips({
  roundTrip,
}: MeasuredTransport): Promise<TransportFigures['transports'][number]['roundTrips']> {
  if (!roundTrip) return undefined;
  const [measured] = await interleave([{ name: roundTrip.of, run: roundTrip.run }], {
    rounds: 5,
    turns: 1,
    operations: 1_000,
  });
  return { of: roundTrip.of, perSecond: rate(measured) };
}

async function measureMakeCredentialP50({ device }: MeasuredTransport): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 600; count++) {
    const start = performance.now();
    await sendMakeCredential(device);
    if (count >= 100) times.push(performance.now() - start);
  }
  return median(times);
}
