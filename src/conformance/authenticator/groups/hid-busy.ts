/** hid: channels that were not allocated, and channels that use the device at the same time, CTAP 2.1 sections 11.2.3 and 11.2.5.1. */
import { broadcastChannel, reservedChannel } from '#protocol/ctaphid.ts';
import { checkEqualBytes } from '../checks.ts';
import {
  announcement,
  checkError,
  checkResponse,
  continuation,
  openHidHost,
  packetsOf,
  testPayload,
} from '../hid-host.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { checkAnswersPing, getInfo, hid, waits, whileWaiting, withChannel } from './hid-support.ts';

const unallocated: RequirementInput[] = [
  ['zero', 'channel 0', reservedChannel],
  ['broadcast', 'the broadcast channel', broadcastChannel],
  ['unallocated', 'a channel that was not allocated', 0x5a5a_5a5a],
].map(
  ([id, name, channel]): RequirementInput => ({
    id: `channel.${id}`,
    title: `A message on ${name} is refused with ERR_INVALID_CHANNEL`,
    section: '11.2.3',
    provenBy: ['hid.channels-unchecked'],
    variants: [{ name: 'ping' }, { name: 'cbor' }],
    async run(context) {
      const host = await openHidHost(context);
      const [command, payload] =
        context.variant === 'cbor' ? (['CBOR', getInfo] as const) : (['PING', testPayload(8)] as const);
      checkError(await host.exchange(Number(channel), command, payload), Number(channel), 'ERR_INVALID_CHANNEL');
    },
  }),
);

const busy: RequirementInput[] = [
  {
    id: 'busy.receiving',
    title: 'A message is refused with ERR_CHANNEL_BUSY while the message of another channel is incomplete',
    section: '11.2.5.1',
    provenBy: ['hid.never-busy'],
    run: withChannel(async ({ host, channel }) => {
      const other = await host.openChannel();
      host.sendReport(announcement(channel, 'PING', 200));
      checkError(await host.exchange(other, 'PING', testPayload(8)), other, 'ERR_CHANNEL_BUSY');
    }),
  },
  {
    id: 'busy.running',
    title: 'A message is refused with ERR_CHANNEL_BUSY while a command of another channel waits for the user',
    section: '11.2.5.1',
    provenBy: ['hid.busy-ends-transaction'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { host, channel } = opened;
      const other = await host.openChannel();
      await whileWaiting(opened, async () =>
        checkError(await host.exchange(other, 'CBOR', getInfo), other, 'ERR_CHANNEL_BUSY'),
      );
      checkResponse(await host.read(), channel, 'CBOR');
    }),
  },
  {
    id: 'busy.keeps-message',
    title: 'ERR_CHANNEL_BUSY does not end the message that is received',
    section: '11.2.5.1',
    provenBy: ['hid.busy-ends-transaction', 'hid.never-busy'],
    run: withChannel(async ({ host, channel }) => {
      const other = await host.openChannel();
      const payload = testPayload(100);
      const [first, second] = packetsOf(channel, 'PING', payload) as [Uint8Array, Uint8Array];
      host.sendReport(first);
      checkError(await host.exchange(other, 'PING', testPayload(8)), other, 'ERR_CHANNEL_BUSY');
      host.sendReport(second);
      checkEqualBytes(checkResponse(await host.read(), channel, 'PING'), payload, 'the answer to PING');
    }),
  },
  {
    id: 'busy.foreign-continuation',
    title: 'A continuation packet of another channel does not end the message that is received',
    section: '11.2.5.1',
    provenBy: ['hid.foreign-continuation-ends-message'],
    run: withChannel(async ({ host, channel }) => {
      const other = await host.openChannel();
      const payload = testPayload(100);
      const [first, second] = packetsOf(channel, 'PING', payload) as [Uint8Array, Uint8Array];
      host.sendReport(first);
      host.sendReport(continuation(other, 0));
      host.sendReport(second);
      checkEqualBytes(checkResponse(await host.read(), channel, 'PING'), payload, 'the answer to PING');
    }),
  },
  {
    id: 'busy.state-kept',
    title: 'Two programs use the device in turn, each on its channel',
    section: '11.2.3',
    provenBy: ['hid.one-channel', 'ctaphid.channel-foreign'],
    run: withChannel(async ({ host, channel }) => {
      const other = await host.openChannel();
      for (const current of [channel, other, channel, other]) await checkAnswersPing({ host, channel: current });
    }),
  },
];

export const hidConcurrency = defineGroup(hid, [...unallocated, ...busy]);
