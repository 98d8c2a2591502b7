/** hid: packets of messages, PING and errors, CTAP 2.1 sections 11.2.4 and 11.2.9.1. */
import { ctapHidCommands, maxPayloadLength } from '#protocol/ctaphid.ts';
import { check, checkEqual, checkEqualBytes } from '../checks.ts';
import { announcement, checkError, checkResponse, describeMessage, openHidHost, testPayload } from '../hid-host.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { getInfo, hid, withChannel } from './hid-support.ts';

const pingSizes: RequirementInput[] = [
  {
    id: 'ping.one-packet',
    title: 'PING returns a payload of one packet',
    section: '11.2.9.1.4',
    provenBy: ['hid.ping-changed'],
    variants: ['1', '56', '57'].map((name) => ({ name })),
    run: withChannel(async ({ context, host, channel }) => {
      const payload = testPayload(Number(context.variant));
      checkEqualBytes(
        checkResponse(await host.exchange(channel, 'PING', payload), channel, 'PING'),
        payload,
        'the answer',
      );
    }),
  },
  {
    id: 'ping.empty',
    title: 'PING returns an empty payload',
    section: '11.2.9.1.4',
    provenBy: ['ctaphid.channel-foreign'],
    run: withChannel(async ({ host, channel }) => {
      checkEqual(
        checkResponse(await host.exchange(channel, 'PING'), channel, 'PING').length,
        0,
        'the length of the answer',
      );
    }),
  },
  {
    id: 'ping.several-packets',
    title: 'PING returns a payload of several packets',
    section: '11.2.9.1.4',
    provenBy: ['hid.ping-limited'],
    variants: ['58', '116', '117', '1024', String(maxPayloadLength)].map((name) => ({ name })),
    run: withChannel(async ({ context, host, channel }) => {
      const payload = testPayload(Number(context.variant));
      checkEqualBytes(
        checkResponse(await host.exchange(channel, 'PING', payload), channel, 'PING'),
        payload,
        'the answer',
      );
    }),
  },
];

/** A response of several packets whose packets have to be as the section demands. */
const responsePackets: RequirementInput[] = [
  {
    id: 'frame.sequence',
    title: 'The continuation packets of a response are numbered from 0 without a gap',
    section: '11.2.4',
    provenBy: ['ctaphid.sequence-skipped', 'ctaphid.sequence-repeated', 'ctaphid.packets-swapped'],
    async run(context) {
      const { reports } = await readPingReports(context, 300);
      checkEqual(reports.length > 1, true, 'whether the response has several packets');
      reports
        .slice(1)
        .forEach((report, index) => checkEqual(report[4], index, `the sequence number of packet ${index + 2}`));
    },
  },
  {
    id: 'frame.channel',
    title: 'All packets of a response are sent on the channel of the request',
    section: '11.2.3',
    provenBy: ['ctaphid.channel-foreign', 'ctaphid.channel-changes'],
    async run(context) {
      const { reports, channel } = await readPingReports(context, 300);
      for (const report of reports) checkEqual(channelOf(report), channel, 'the channel of a packet');
    },
  },
  {
    id: 'frame.length',
    title: 'BCNT is the length of the response',
    section: '11.2.4',
    provenBy: ['ctaphid.length-too-large', 'ctaphid.length-too-small', 'ctaphid.length-absurd'],
    async run(context) {
      const [first = new Uint8Array(64)] = (await readPingReports(context, 300)).reports;
      checkEqual(((first[5] ?? 0) << 8) | (first[6] ?? 0), 300, 'BCNT');
    },
  },
  {
    id: 'frame.complete',
    title: 'All packets of a response are sent, each within half a second',
    section: '11.2.5.2',
    provenBy: ['ctaphid.last-packet-missing', 'ctaphid.last-packet-late'],
    async run(context) {
      checkEqual((await readPingReports(context, 300)).reports.length, 6, 'the number of packets');
    },
  },
  {
    id: 'frame.once',
    title: 'Every packet of a response is sent once',
    section: '11.2.4',
    provenBy: ['ctaphid.packets-duplicated', 'ctaphid.response-duplicated'],
    async run(context) {
      checkEqual((await readPingReports(context, 300)).reports.length, 6, 'the number of packets');
    },
  },
  {
    id: 'frame.command',
    title: 'The response to CBOR has the command CBOR',
    section: '11.2.9.1.2',
    provenBy: ['hid.response-as-msg'],
    run: withChannel(async ({ host, channel }) => {
      const [status] = checkResponse(await host.exchange(channel, 'CBOR', getInfo), channel, 'CBOR');
      checkEqual(status, 0, 'the status of getInfo');
    }),
  },
  {
    id: 'frame.too-long',
    title: 'A message that announces more than 7609 bytes is refused with ERR_INVALID_LEN',
    section: '11.2.4',
    provenBy: ['hid.max-length-unchecked'],
    variants: [{ name: '7610' }, { name: '65535' }],
    run: withChannel(async ({ context, host, channel }) => {
      host.sendReport(announcement(channel, 'PING', Number(context.variant)));
      checkError(await host.read(), channel, 'ERR_INVALID_LEN');
    }),
  },
];

const channelOf = (report: Uint8Array): number => new DataView(report.buffer, report.byteOffset).getUint32(0);

/** Sends PING with this number of bytes, and returns the reports that follow. */
async function readPingReports(context: TestContext, length: number) {
  const host = await openHidHost(context);
  const channel = await host.openChannel();
  host.send(channel, 'PING', testPayload(length));
  return { channel, reports: await host.readReports() };
}

/** getInfo needs no user; a platform waits for it before it shows a key. */
const maxGetInfoMs = 2_000;

const answers: RequirementInput[] = [
  {
    id: 'response.time',
    title: 'getInfo is answered within two seconds',
    section: '11.2.5.2',
    level: 'SHOULD',
    provenBy: ['transport.slow'],
    run: withChannel(async ({ host, channel }) => {
      const startedAt = host.now();
      host.send(channel, 'CBOR', getInfo);
      let message = await host.readAny();
      while (message?.command === ctapHidCommands.KEEPALIVE && host.now() - startedAt <= maxGetInfoMs)
        message = await host.readAny();
      checkResponse(message, channel, 'CBOR');
    }),
  },
];

/** CTAPHID does not define it, so that it has to end with an error. */
const undefinedCommand = 0x02;

const errors: RequirementInput[] = [
  {
    id: 'error.length',
    title: 'An error has one byte',
    section: '11.2.9.1.6',
    provenBy: ['hid.error-long'],
    run: withChannel(async ({ host, channel }) => {
      const message = await host.exchange(channel, undefinedCommand);
      check(message?.command === ctapHidCommands.ERROR, `Expected an error, got ${describeMessage(message)}`);
      checkEqual(message.payload.length, 1, 'the length of the error');
    }),
  },
  {
    id: 'error.code',
    title: 'An error has one of the codes that are defined',
    section: '11.2.9.1.6',
    provenBy: ['hid.error-undefined'],
    run: withChannel(async ({ host, channel }) => {
      const message = await host.exchange(channel, undefinedCommand);
      check(/^ERR_/.test(describeMessage(message)), `Expected a code of the table, got ${describeMessage(message)}`);
    }),
  },
];

export const hidMessages = defineGroup(hid, [...pingSizes, ...responsePackets, ...answers, ...errors]);
