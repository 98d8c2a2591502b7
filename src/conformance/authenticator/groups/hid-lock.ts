/** hid: LOCK and WINK, CTAP 2.1 sections 11.2.6 and 11.2.9.2. */
import { broadcastChannel } from '#protocol/ctaphid.ts';
import { checkEqual } from '../checks.ts';
import { checkError, checkResponse, testPayload } from '../hid-host.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { checkAnswersPing, hid, type OpenChannel, requireCommand, withChannel } from './hid-support.ts';

/** Locks the device for this number of seconds. */
async function lock({ host, channel }: OpenChannel, seconds: number): Promise<void> {
  checkResponse(await host.exchange(channel, 'LOCK', new Uint8Array([seconds])), channel, 'LOCK');
}

/** Runs a check on a device that supports LOCK, and unlocks it. */
const withLock = (run: (opened: OpenChannel) => Promise<void>): RequirementInput['run'] =>
  withChannel(async (opened) => {
    await requireCommand(opened, 'LOCK');
    try {
      await run(opened);
    } finally {
      await opened.host.exchange(opened.channel, 'LOCK', new Uint8Array([0]));
    }
  });

const locks: RequirementInput[] = [
  {
    id: 'lock.blocks-others',
    title: 'While a channel has locked the device, messages of other channels are refused with ERR_CHANNEL_BUSY',
    section: '11.2.6',
    provenBy: ['hid.lock-ignored'],
    run: withLock(async (opened) => {
      const other = await opened.host.openChannel();
      await lock(opened, 5);
      checkError(await opened.host.exchange(other, 'PING', testPayload(8)), other, 'ERR_CHANNEL_BUSY');
    }),
  },
  {
    id: 'lock.serves-owner',
    title: 'The channel that has locked the device is served',
    section: '11.2.6',
    provenBy: ['hid.lock-blocks-owner'],
    run: withLock(async (opened) => {
      await lock(opened, 5);
      await checkAnswersPing(opened);
    }),
  },
  {
    id: 'lock.released',
    title: 'LOCK with 0 seconds unlocks the device',
    section: '11.2.9.2.2',
    provenBy: ['hid.lock-stays'],
    run: withLock(async (opened) => {
      const other = await opened.host.openChannel();
      await lock(opened, 5);
      await lock(opened, 0);
      await checkAnswersPing({ host: opened.host, channel: other });
    }),
  },
  {
    id: 'lock.expires',
    title: 'LOCK ends after the number of seconds that it gives',
    section: '11.2.9.2.2',
    provenBy: ['hid.lock-stays'],
    run: withLock(async (opened) => {
      const other = await opened.host.openChannel();
      await lock(opened, 1);
      await opened.context.wait(1_500);
      await checkAnswersPing({ host: opened.host, channel: other });
    }),
  },
  {
    id: 'lock.maximum',
    title: 'LOCK with more than 10 seconds is refused with ERR_INVALID_PAR',
    section: '11.2.9.2.2',
    provenBy: ['hid.lock-time-unchecked'],
    variants: [{ name: '11' }, { name: '255' }],
    run: withLock(async ({ context, host, channel }) => {
      const message = await host.exchange(channel, 'LOCK', new Uint8Array([Number(context.variant)]));
      checkError(message, channel, 'ERR_INVALID_PAR');
    }),
  },
  {
    id: 'lock.length',
    title: 'LOCK whose payload does not have one byte is refused with ERR_INVALID_LEN',
    section: '11.2.9.1.6',
    provenBy: ['hid.lock-length-unchecked'],
    variants: [{ name: 'empty' }, { name: 'long' }],
    run: withLock(async ({ context, host, channel }) => {
      const message = await host.exchange(channel, 'LOCK', new Uint8Array(context.variant === 'empty' ? 0 : 2));
      checkError(message, channel, 'ERR_INVALID_LEN');
    }),
  },
  {
    id: 'lock.response',
    title: 'The response to LOCK has no content',
    section: '11.2.9.2.2',
    provenBy: ['hid.lock-with-content'],
    run: withLock(async ({ host, channel }) => {
      const message = await host.exchange(channel, 'LOCK', new Uint8Array([1]));
      checkEqual(checkResponse(message, channel, 'LOCK').length, 0, 'the length of the response');
    }),
  },
  {
    id: 'lock.allows-init',
    title: 'INIT on the broadcast channel is answered while the device is locked',
    section: '11.2.9.1.3',
    provenBy: ['hid.init-busy'],
    run: withLock(async (opened) => {
      const { context, host } = opened;
      await lock(opened, 5);
      checkResponse(await host.exchange(broadcastChannel, 'INIT', context.random.bytes(8)), broadcastChannel, 'INIT');
    }),
  },
];

const winks: RequirementInput[] = [
  {
    id: 'wink.response',
    title: 'The response to WINK has no content',
    section: '11.2.9.2.1',
    provenBy: ['hid.wink-with-content'],
    run: withChannel(async (opened) => {
      await requireCommand(opened, 'WINK');
      const { host, channel } = opened;
      checkEqual(
        checkResponse(await host.exchange(channel, 'WINK'), channel, 'WINK').length,
        0,
        'the length of the response',
      );
    }),
  },
  {
    id: 'wink.length',
    title: 'WINK with a payload is refused with ERR_INVALID_LEN',
    section: '11.2.9.1.6',
    level: 'SHOULD',
    provenBy: ['hid.wink-length-unchecked'],
    run: withChannel(async (opened) => {
      await requireCommand(opened, 'WINK');
      const { host, channel } = opened;
      checkError(await host.exchange(channel, 'WINK', testPayload(1)), channel, 'ERR_INVALID_LEN');
    }),
  },
];

export const hidOptionalCommands = defineGroup(hid, [...locks, ...winks]);
