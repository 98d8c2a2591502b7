/** Observations for defects in CTAPHID packets: the reports that a host receives, and when. */
import { toHex } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import {
  broadcastChannel,
  ctapHidCommands,
  decodeInitResponse,
  fragment,
  initHeaderLength,
} from '#protocol/ctaphid.ts';
import { plugInHid } from '../../index.ts';
import type { CtapHidPacketDefectId } from '../ctaphid-packets.ts';
import type { Observation } from './authenticator-under-test.ts';

/** Longer than any defect delays a packet. */
const waitMs = 10_000;
const pingLength = 200;

/** Sends INIT and a long PING. Returns the reports received at once, and those received later. */
const collectReports: Observation = async ({ authenticator, clock }) => {
  const reports: Uint8Array[] = [];
  const device = plugInHid(authenticator, { clock, random: seededRandom('ctaphid') });
  device.onReport((report) => reports.push(report));
  const send = (channel: number, command: keyof typeof ctapHidCommands, payload: Uint8Array) => {
    for (const report of fragment(channel, ctapHidCommands[command], payload)) device.send(report);
  };
  send(broadcastChannel, 'INIT', new Uint8Array(8));
  const [init] = reports.splice(0);
  if (!init) throw new Error('Expected a response to INIT');
  const { channel } = decodeInitResponse(init.subarray(initHeaderLength));
  send(
    channel,
    'PING',
    new Uint8Array(pingLength).map((_, index) => index),
  );
  const atOnce = reports.splice(0).map(toHex);
  clock.advance(waitMs);
  await new Promise(setImmediate);
  return { atOnce, later: reports.map(toHex) };
};

export const ctapHidObservations: Record<CtapHidPacketDefectId, Observation> = {
  'ctaphid.sequence-skipped': collectReports,
  'ctaphid.sequence-repeated': collectReports,
  'ctaphid.packets-swapped': collectReports,
  'ctaphid.packets-duplicated': collectReports,
  'ctaphid.response-duplicated': collectReports,
  'ctaphid.last-packet-missing': collectReports,
  'ctaphid.last-packet-late': collectReports,
  'ctaphid.channel-foreign': collectReports,
  'ctaphid.channel-changes': collectReports,
  'ctaphid.length-too-large': collectReports,
  'ctaphid.length-too-small': collectReports,
  'ctaphid.length-absurd': collectReports,
};
