/** hid: CANCEL, KEEPALIVE, MSG and unknown commands, CTAP 2.1 section 11.2.9.1. */
import { ctapHidCommands, keepaliveStatus } from '#protocol/ctaphid.ts';
import { ctapStatus } from '#protocol/status.ts';
import { check, checkEqual } from '../checks.ts';
import { checkError, checkResponse, describeMessage, testPayload } from '../hid-host.ts';
import { hasU2f } from '../preconditions.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import {
  checkAnswersPing,
  getInfo,
  hid,
  readUntilUserNeeded,
  startRegistration,
  waits,
  whileWaiting,
  withChannel,
} from './hid-support.ts';

const cancelled = ctapStatus.CTAP2_ERR_KEEPALIVE_CANCEL;

const cancellation: RequirementInput[] = [
  {
    id: 'cancel.ends-command',
    title: 'CANCEL ends a command that waits for the user with CTAP2_ERR_KEEPALIVE_CANCEL',
    section: '11.2.9.1.5',
    provenBy: ['hid.cancel-ignored', 'status.cancel-as-denied'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { host, channel } = opened;
      await whileWaiting(opened, async () => host.send(channel, 'CANCEL'));
      checkEqual(checkResponse(await host.read(), channel, 'CBOR')[0], cancelled, 'the status');
    }),
  },
  {
    id: 'cancel.single-response',
    title: 'A cancelled command has one response, and CANCEL has none of its own',
    section: '11.2.9.1.5',
    provenBy: ['hid.cancel-answered'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { host, channel } = opened;
      await whileWaiting(opened, async () => undefined);
      checkResponse(await host.read(), channel, 'CBOR');
      await checkAnswersPing(opened);
    }),
  },
  {
    id: 'cancel.without-command',
    title: 'CANCEL has no effect and no response while no command runs',
    section: '11.2.9.1.5',
    provenBy: ['hid.cancel-answered'],
    run: withChannel(async ({ host, channel }) => {
      host.send(channel, 'CANCEL');
      await checkAnswersPing({ host, channel });
    }),
  },
  {
    id: 'cancel.not-kept',
    title: 'CANCEL while no command runs does not cancel the next command',
    section: '11.2.9.1.5',
    provenBy: ['hid.cancel-kept'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { context, host, channel } = opened;
      host.send(channel, 'CANCEL');
      context.setUser('wait');
      try {
        await startRegistration(opened);
        for (let count = 0; count < 2; count++) await host.readKeepalive();
      } finally {
        context.setUser('touch');
        host.send(channel, 'CANCEL');
      }
    }),
  },
  {
    id: 'cancel.other-channel',
    title: 'CANCEL does not end the command of another channel',
    section: '11.2.9.1.5',
    provenBy: ['hid.cancel-by-others'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { host } = opened;
      const other = await host.openChannel();
      await whileWaiting(opened, async () => {
        host.send(other, 'CANCEL');
        for (let count = 0; count < 3; count++) await host.readKeepalive();
      });
    }),
  },
  {
    id: 'cancel.then-usable',
    title: 'After a cancelled command the channel accepts the next one',
    section: '11.2.9.1.5',
    provenBy: ['hid.cancel-answered'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { host, channel } = opened;
      await whileWaiting(opened, async () => undefined);
      await host.read();
      checkEqual(checkResponse(await host.exchange(channel, 'CBOR', getInfo), channel, 'CBOR')[0], 0, 'the status');
    }),
  },
];

/** Maximum time between keepalives: 100 milliseconds, with a margin for the transport. */
const maxIntervalMs = 200;

const keepalives: RequirementInput[] = [
  {
    id: 'keepalive.sent',
    title: 'Keepalives are sent while a command waits for the user',
    section: '11.2.9.1.7',
    provenBy: ['transport.no-keepalives'],
    preconditions: waits,
    run: withChannel(async (opened) => {
      const { context, host, channel } = opened;
      context.setUser('wait');
      try {
        await startRegistration(opened);
      } finally {
        context.setUser('touch');
        host.send(channel, 'CANCEL');
      }
    }),
  },
  {
    id: 'keepalive.interval',
    title: 'A keepalive is sent at least every 100 milliseconds',
    section: '11.2.9.1.7',
    level: 'SHOULD',
    provenBy: ['hid.keepalives-rare'],
    preconditions: waits,
    run: withChannel((opened) =>
      whileWaiting(opened, async () => {
        const { host } = opened;
        await readUntilUserNeeded(host);
        for (let count = 0; count < 3; count++) {
          const { atMs } = host.keepalives.at(-1) ?? { atMs: 0 };
          const intervalMs = (await host.readKeepalive(5_000)).atMs - atMs;
          check(
            intervalMs <= maxIntervalMs,
            `Expected a keepalive every 100 ms, got one after ${Math.round(intervalMs)} ms`,
          );
        }
      }),
    ),
  },
  {
    id: 'keepalive.user-needed',
    title: 'Keepalives have the status UPNEEDED while a command waits for the user',
    section: '11.2.9.1.7',
    provenBy: ['hid.keepalive-as-processing'],
    preconditions: waits,
    run: withChannel((opened) =>
      whileWaiting(opened, async () => {
        await readUntilUserNeeded(opened.host);
        checkEqual(opened.host.keepalives.at(-1)?.payload[0], keepaliveStatus.upneeded, 'the status of the keepalive');
      }),
    ),
  },
  {
    id: 'keepalive.status',
    title: 'Keepalives have one of the statuses that are defined',
    section: '11.2.9.1.7',
    provenBy: ['hid.keepalive-undefined'],
    preconditions: waits,
    run: withChannel((opened) =>
      whileWaiting(opened, async () => {
        const status = (await opened.host.readKeepalive()).payload[0] ?? 0;
        const defined = Object.values<number>(keepaliveStatus);
        check(defined.includes(status), `Expected the status 1 or 2, got ${status}`);
      }),
    ),
  },
  {
    id: 'keepalive.length',
    title: 'Keepalives have one byte',
    section: '11.2.9.1.7',
    provenBy: ['hid.keepalive-long'],
    preconditions: waits,
    run: withChannel((opened) =>
      whileWaiting(opened, async () => {
        checkEqual((await opened.host.readKeepalive()).payload.length, 1, 'the length of the keepalive');
      }),
    ),
  },
  {
    id: 'keepalive.channel',
    title: 'Keepalives are sent on the channel of the command',
    section: '11.2.9.1.7',
    provenBy: ['hid.keepalive-broadcast'],
    preconditions: waits,
    run: withChannel((opened) =>
      whileWaiting(opened, async () => {
        checkEqual((await opened.host.readKeepalive()).channel, opened.channel, 'the channel of the keepalive');
      }),
    ),
  },
  {
    id: 'keepalive.ends',
    title: 'No keepalive follows the response',
    section: '11.2.9.1.7',
    provenBy: ['hid.keepalive-after-response'],
    run: withChannel(async ({ host, channel }) => {
      checkResponse(await host.exchange(channel, 'CBOR', getInfo), channel, 'CBOR');
      const message = await host.readAny(300);
      check(message === undefined, `Expected nothing after the response, got ${describeMessage(message)}`);
    }),
  },
];

const others: RequirementInput[] = [
  {
    id: 'command.unknown',
    title: 'A command that is not defined is refused with ERR_INVALID_CMD',
    section: '11.2.9.1.6',
    provenBy: ['hid.unknown-command-accepted'],
    variants: ['02', '05', '3b', '3f'].map((name) => ({ name })),
    run: withChannel(async ({ context, host, channel }) => {
      const command = Number.parseInt(context.variant ?? '', 16);
      checkError(await host.exchange(channel, command, testPayload(4)), channel, 'ERR_INVALID_CMD');
    }),
  },
  {
    id: 'command.empty-cbor',
    title: 'CBOR without content is refused',
    section: '11.2.9.1.2',
    provenBy: ['hid.empty-message-accepted'],
    run: withChannel(async ({ host, channel }) => {
      const message = await host.exchange(channel, 'CBOR');
      const isRefused = message?.command === ctapHidCommands.ERROR || (message?.payload[0] ?? 0) !== 0;
      check(isRefused, `Expected a refusal, got ${describeMessage(message)}`);
    }),
  },
  {
    id: 'command.empty-msg',
    title: 'MSG without content is refused',
    section: '11.2.9.1.1',
    provenBy: ['hid.empty-message-accepted'],
    preconditions: [hasU2f],
    run: withChannel(async ({ host, channel }) => {
      const message = await host.exchange(channel, 'MSG');
      const isRefused = message?.command === ctapHidCommands.ERROR || (message?.payload.length ?? 0) >= 2;
      check(isRefused, `Expected a refusal, got ${describeMessage(message)}`);
    }),
  },
  {
    id: 'command.msg',
    title: 'MSG carries U2F commands',
    section: '11.2.9.1.1',
    provenBy: ['hid.msg-refused'],
    preconditions: [hasU2f],
    run: withChannel(async ({ host, channel }) => {
      const message = await host.exchange(channel, 'MSG', new Uint8Array([0, 3, 0, 0, 0, 0, 0]));
      const answer = checkResponse(message, channel, 'MSG');
      check(answer.length >= 2, `Expected a status word, got ${answer.length} bytes`);
    }),
  },
];

export const hidCommands = defineGroup(hid, [...cancellation, ...keepalives, ...others]);
