/** hid: INIT and channels, CTAP 2.1 sections 11.2.3, 11.2.7 and 11.2.9.1.3. */
import { broadcastChannel, ctapHidCommands, nonceLength, reservedChannel } from '#protocol/ctaphid.ts';
import { check, checkEqualBytes } from '../checks.ts';
import {
  announcement,
  checkError,
  checkResponse,
  describeMessage,
  formatChannel,
  openHidHost,
  packetsOf,
  testPayload,
} from '../hid-host.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { checkAnswersPing, getInfo, hid, waits, whileWaiting, withChannel } from './hid-support.ts';

const initSection = '11.2.9.1.3';
const initResponseLength = 17;

const responses: RequirementInput[] = [
  {
    id: 'init.nonce',
    title: 'The response to INIT contains the nonce of the request',
    section: initSection,
    provenBy: ['hid.nonce-changed'],
    async run(context) {
      const nonce = context.random.bytes(nonceLength);
      const response = await (await openHidHost(context)).init(broadcastChannel, nonce);
      checkEqualBytes(response.nonce, nonce, 'the nonce');
    },
  },
  {
    id: 'init.length',
    title: 'The response to INIT has 17 bytes',
    section: initSection,
    provenBy: ['hid.init-response-short'],
    async run(context) {
      const host = await openHidHost(context);
      const message = await host.exchange(broadcastChannel, 'INIT', context.random.bytes(nonceLength));
      const { length } = checkResponse(message, broadcastChannel, 'INIT');
      check(length >= initResponseLength, `Expected ${initResponseLength} bytes, got ${length}`);
    },
  },
  {
    id: 'init.on-broadcast',
    title: 'INIT on the broadcast channel is answered on the broadcast channel',
    section: initSection,
    provenBy: ['hid.init-on-new-channel'],
    async run(context) {
      const host = await openHidHost(context);
      const message = await host.exchange(broadcastChannel, 'INIT', context.random.bytes(nonceLength));
      checkResponse(message, broadcastChannel, 'INIT');
    },
  },
  {
    id: 'init.usable-channel',
    title: 'INIT allocates neither channel 0 nor the broadcast channel',
    section: '11.2.3',
    provenBy: ['hid.reserved-channel-allocated'],
    run: async (context) => void (await (await openHidHost(context)).init()),
  },
  {
    id: 'init.different-channels',
    title: 'INIT allocates a different channel for each program',
    section: '11.2.3',
    provenBy: ['hid.channels-equal'],
    async run(context) {
      const host = await openHidHost(context);
      const channels = new Set<number>();
      for (let count = 0; count < 4; count++) channels.add((await host.init()).channel);
      check(channels.size === 4, `Expected 4 different channels, got ${[...channels].map(formatChannel).join(', ')}`);
    },
  },
  {
    id: 'init.protocol-version',
    title: 'The response to INIT has the protocol version 2',
    section: '11.2.7',
    provenBy: ['hid.version-unknown'],
    async run(context) {
      const { protocolVersion } = await (await openHidHost(context)).init();
      check(protocolVersion === 2, `Expected the protocol version 2, got ${protocolVersion}`);
    },
  },
  {
    id: 'init.capability-cbor',
    title: 'The capabilities of a device that answers CTAPHID_CBOR contain CBOR',
    section: initSection,
    provenBy: ['hid.cbor-denied'],
    async run(context) {
      const host = await openHidHost(context);
      const { channel, capabilities } = await host.init();
      const message = await host.exchange(channel, 'CBOR', getInfo);
      const isAnswered = message?.command === ctapHidCommands.CBOR;
      check(
        capabilities.cbor === isAnswered,
        `The capability CBOR is ${capabilities.cbor}, but CBOR ends with ${describeMessage(message)}`,
      );
    },
  },
  {
    id: 'init.capability-nmsg',
    title: 'The capability NMSG tells whether the device supports CTAPHID_MSG',
    section: initSection,
    provenBy: ['hid.nmsg-inverted'],
    async run(context) {
      const host = await openHidHost(context);
      const { channel, capabilities } = await host.init();
      const message = await host.exchange(channel, 'MSG', new Uint8Array([0, 3, 0, 0, 0, 0, 0]));
      const isAnswered = message?.command === ctapHidCommands.MSG;
      check(
        capabilities.nmsg !== isAnswered,
        `The capability NMSG is ${capabilities.nmsg}, but MSG ends with ${describeMessage(message)}`,
      );
    },
  },
  {
    id: 'init.capability-wink',
    title: 'The capability WINK tells whether the device supports CTAPHID_WINK',
    section: initSection,
    provenBy: ['hid.wink-inverted'],
    async run(context) {
      const host = await openHidHost(context);
      const { channel, capabilities } = await host.init();
      const message = await host.exchange(channel, 'WINK');
      const isAnswered = message?.command === ctapHidCommands.WINK;
      check(
        capabilities.wink === isAnswered,
        `The capability WINK is ${capabilities.wink}, but WINK ends with ${describeMessage(message)}`,
      );
    },
  },
];

const channelUse: RequirementInput[] = [
  {
    id: 'init.keeps-channel',
    title: 'INIT on an allocated channel keeps the channel',
    section: initSection,
    provenBy: ['hid.init-reallocates'],
    run: withChannel(async ({ host, channel }) => {
      const response = await host.init(channel);
      check(
        response.channel === channel,
        `Expected channel ${formatChannel(channel)}, got ${formatChannel(response.channel)}`,
      );
    }),
  },
  {
    id: 'init.keeps-others',
    title: 'A channel stays usable while other channels are allocated',
    section: '11.2.3',
    provenBy: ['hid.one-channel'],
    run: withChannel(async ({ host, channel }) => {
      await host.openChannel();
      await checkAnswersPing({ host, channel });
    }),
  },
  {
    id: 'init.wrong-length',
    title: 'INIT whose nonce does not have 8 bytes is refused with ERR_INVALID_LEN',
    section: '11.2.9.1.6',
    provenBy: ['hid.init-length-unchecked'],
    variants: [{ name: 'empty' }, { name: 'short' }, { name: 'long' }],
    async run(context) {
      const host = await openHidHost(context);
      const length = context.variant === 'empty' ? 0 : context.variant === 'short' ? 7 : 9;
      const message = await host.exchange(broadcastChannel, 'INIT', context.random.bytes(length));
      checkError(message, broadcastChannel, 'ERR_INVALID_LEN');
    },
  },
  {
    id: 'init.reserved-channel',
    title: 'INIT on channel 0 is refused with ERR_INVALID_CHANNEL',
    section: initSection,
    provenBy: ['hid.reserved-channel-accepted'],
    async run(context) {
      const host = await openHidHost(context);
      const message = await host.exchange(reservedChannel, 'INIT', context.random.bytes(nonceLength));
      checkError(message, reservedChannel, 'ERR_INVALID_CHANNEL');
    },
  },
];

const interruptions: RequirementInput[] = [
  {
    id: 'init.ends-message',
    title: 'INIT ends the incomplete message of its channel',
    section: '11.2.5.3',
    provenBy: ['hid.init-keeps-transaction'],
    run: withChannel(async ({ host, channel }) => {
      host.sendReport(announcement(channel, 'PING', 200));
      await host.init(channel);
      await checkAnswersPing({ host, channel });
    }),
  },
  {
    id: 'init.ends-command',
    title: 'INIT ends the command of its channel, which then has no response',
    section: '11.2.5.3',
    provenBy: ['hid.init-keeps-transaction'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      await whileWaiting(opened, async () => {
        await opened.host.init(opened.channel);
        await checkAnswersPing(opened);
      });
    }),
  },
  {
    id: 'init.while-receiving',
    title: 'INIT on the broadcast channel is answered while a message of another channel is incomplete',
    section: initSection,
    provenBy: ['hid.init-busy'],
    run: withChannel(async ({ host, channel }) => {
      host.sendReport(announcement(channel, 'PING', 200));
      await host.init();
    }),
  },
  {
    id: 'init.while-running',
    title: 'INIT on the broadcast channel is answered while a command of another channel waits for the user',
    section: initSection,
    provenBy: ['hid.init-busy'],
    preconditions: waits,
    run: withChannel((opened) =>
      whileWaiting(opened, async () => {
        opened.host.send(broadcastChannel, 'INIT', opened.context.random.bytes(nonceLength));
        checkResponse(await opened.host.read(), broadcastChannel, 'INIT');
      }),
    ),
  },
  {
    id: 'init.keeps-message',
    title: 'INIT on the broadcast channel keeps the incomplete message of another channel',
    section: initSection,
    provenBy: ['hid.init-ends-others'],
    run: withChannel(async ({ host, channel }) => {
      const payload = testPayload(100);
      const [first, second] = packetsOf(channel, 'PING', payload) as [Uint8Array, Uint8Array];
      host.sendReport(first);
      await host.init();
      host.sendReport(second);
      checkEqualBytes(checkResponse(await host.read(), channel, 'PING'), payload, 'the answer to PING');
    }),
  },
  {
    id: 'init.keeps-command',
    title: 'INIT on the broadcast channel keeps the command of another channel',
    section: initSection,
    provenBy: ['hid.init-ends-others'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { host, channel } = opened;
      await whileWaiting(opened, () => host.init().then(() => undefined));
      checkResponse(await host.read(), channel, 'CBOR');
    }),
  },
];

export const hidChannels = defineGroup(hid, [...responses, ...channelUse, ...interruptions]);
