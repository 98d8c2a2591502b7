import { checkEqualBytes } from '../checks.ts';
import { announcement, checkError, checkResponse, continuation, packetsOf, testPayload } from '../hid-host.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import { checkAnswersPing, hid, withChannel } from './hid-support.ts';

/** Longer than the time limit of a message. */
const messageTimeoutMs = 3_000;

const sequences: RequirementInput[] = [
  ...[
    { id: 'skipped', title: 'that skips a sequence number', numbers: [0, 2] },
    { id: 'repeated', title: 'that repeats a sequence number', numbers: [0, 0] },
    { id: 'first', title: 'that does not begin with 0', numbers: [1] },
  ].map(
    ({ id, title, numbers }): RequirementInput => ({
      id: `sequence.${id}`,
      title: `A continuation packet ${title} ends the message with ERR_INVALID_SEQ`,
      section: '11.2.5.4',
      provenBy: ['hid.sequence-unchecked'],
      run: withChannel(async ({ host, channel }) => {
        host.sendReport(announcement(channel, 'PING', 57 + 59 * numbers.length));
        for (const number of numbers) host.sendReport(continuation(channel, number));
        checkError(await host.read(), channel, 'ERR_INVALID_SEQ');
      }),
    }),
  ),
  {
    id: 'sequence.error-ends-message',
    title: 'After ERR_INVALID_SEQ the message has ended, and the next one is answered',
    section: '11.2.5.4',
    provenBy: ['hid.sequence-error-keeps-message'],
    run: withChannel(async ({ host, channel }) => {
      host.sendReport(announcement(channel, 'PING', 200));
      host.sendReport(continuation(channel, 5));
      checkError(await host.read(), channel, 'ERR_INVALID_SEQ');
      await checkAnswersPing({ host, channel });
    }),
  },
  {
    id: 'sequence.initialization-packet',
    title: 'An initialization packet within a message ends the message with ERR_INVALID_SEQ',
    section: '11.2.5.4',
    provenBy: ['hid.message-restarts'],
    run: withChannel(async ({ host, channel }) => {
      host.sendReport(announcement(channel, 'PING', 200));
      host.sendReport(announcement(channel, 'PING', 8));
      checkError(await host.read(), channel, 'ERR_INVALID_SEQ');
    }),
  },
  {
    id: 'sequence.orphan',
    title: 'A continuation packet without a message is ignored',
    section: '11.2.5.4',
    provenBy: ['hid.orphans-answered'],
    variants: [{ name: 'first' }, { name: 'after-message' }],
    run: withChannel(async ({ context, host, channel }) => {
      if (context.variant === 'after-message') await checkAnswersPing({ host, channel });
      host.sendReport(continuation(channel, 0));
      await checkAnswersPing({ host, channel });
    }),
  },
];

const timeouts: RequirementInput[] = [
  {
    id: 'timeout.error',
    title: 'A message that is not completed in time ends with ERR_MSG_TIMEOUT',
    section: '11.2.5.2',
    provenBy: ['hid.never-times-out'],
    variants: [{ name: 'first-packet' }, { name: 'later-packet' }],
    run: withChannel(async ({ context, host, channel }) => {
      host.sendReport(announcement(channel, 'PING', 300));
      if (context.variant === 'later-packet') host.sendReport(continuation(channel, 0));
      checkError(await host.read(messageTimeoutMs), channel, 'ERR_MSG_TIMEOUT');
    }),
  },
  {
    id: 'timeout.frees-device',
    title: 'After the time limit of a message, other channels are served',
    section: '11.2.5.2',
    provenBy: ['hid.never-times-out'],
    run: withChannel(async ({ host, channel }) => {
      const other = await host.openChannel();
      host.sendReport(announcement(channel, 'PING', 300));
      await host.read(messageTimeoutMs);
      await checkAnswersPing({ host, channel: other });
    }),
  },
  {
    id: 'timeout.same-channel',
    title: 'After the time limit of a message, its channel accepts the next message',
    section: '11.2.5.2',
    provenBy: ['hid.never-times-out'],
    run: withChannel(async ({ host, channel }) => {
      host.sendReport(announcement(channel, 'PING', 300));
      await host.read(messageTimeoutMs);
      await checkAnswersPing({ host, channel });
    }),
  },
  {
    id: 'timeout.not-early',
    title: 'A packet that follows after 200 milliseconds still belongs to its message',
    section: '11.2.5.2',
    level: 'SHOULD',
    provenBy: ['hid.times-out-early'],
    run: withChannel(async ({ context, host, channel }) => {
      const payload = testPayload(100);
      const [first, second] = packetsOf(channel, 'PING', payload) as [Uint8Array, Uint8Array];
      host.sendReport(first);
      await context.wait(200);
      host.sendReport(second);
      checkEqualBytes(checkResponse(await host.read(), channel, 'PING'), payload, 'the answer to PING');
    }),
  },
];

export const hidSequences = defineGroup(hid, [...sequences, ...timeouts]);
