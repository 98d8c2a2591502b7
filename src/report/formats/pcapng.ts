/**
 * The CTAP messages of a run as a packet capture for Wireshark: pcapng (draft-ietf-opsawg-pcapng) with the link type
 * LINKTYPE_USB_LINUX_MMAPPED (220). Each case is one USB device: its descriptors, then its messages in CTAPHID reports. The first report of
 * a message has the decoded message as its comment, so no plugin is needed. Cases follow each other, because they do not share a clock.
 * Messages with masked bytes are left out. Pure.
 */
import { concat, fromHex, utf8 } from '#base/bytes.ts';
import { ctapHidCommands, fragment, keepaliveStatus } from '#protocol/ctaphid.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';
import type { WireExchange } from '#result/transcript.ts';
import { formatMs, truncate } from '../format.ts';
import { decodeExchange } from '../html/decode-wire.ts';
import { descriptorExchanges } from './usb-descriptors.ts';

const linkType = 220;
const maxComment = 16_000;
const channel = 0x0000_0001;
const maxDevices = 127;

export function* renderPcapng({ run, cases }: RunResult): Generator<Uint8Array> {
  yield sectionHeader(`Touchstone ${run.touchstone}, run ${run.id}: CTAP messages`);
  yield interfaceDescription();
  let startMs = Date.parse(run.startedAt);
  let number = 0;
  for (const item of cases.filter(({ wire }) => wire.length > 0)) {
    yield* capture(item, startMs, number++);
    startMs += Math.max(item.durationMs, ...item.wire.map(({ atMs, durationMs }) => atMs + durationMs)) + 1;
  }
}

/** One transfer, or its completion. */
interface Transfer {
  atMs: number;
  type: 'submit' | 'complete';
  endpoint: number;
  kind: 'control' | 'interrupt';
  data: Uint8Array;
  setup?: Uint8Array;
  comment?: string;
}

function* capture(item: CaseResult, startMs: number, number: number): Generator<Uint8Array> {
  const address = { device: (number % maxDevices) + 1, bus: 1 + Math.floor(number / maxDevices) };
  let id = 0;
  for (const transfer of [...enumeration(item), ...item.wire.flatMap(transfersOf)]) {
    // The completion of a control transfer has the id of its request. Wireshark needs it to find the descriptors.
    if (transfer.kind === 'interrupt' || transfer.type === 'submit') id += 1;
    const atMs = startMs + transfer.atMs;
    yield packetBlock(concat(usbHeader(transfer, address, { id, atMs }), transfer.data), atMs, transfer.comment);
  }
}

const enumeration = ({ id, title }: CaseResult): Transfer[] =>
  descriptorExchanges.flatMap(({ setup, answer }, index): Transfer[] => [
    {
      atMs: 0,
      type: 'submit',
      kind: 'control',
      endpoint: 0x80,
      data: new Uint8Array(),
      setup,
      ...(index === 0 && { comment: `${title}\n${id}` }),
    },
    { atMs: 0, type: 'complete', kind: 'control', endpoint: 0x80, data: answer },
  ]);

function transfersOf(exchange: WireExchange): Transfer[] {
  const request = parseHex(exchange.request);
  const response = parseHex(exchange.response);
  const code = exchange.command.startsWith('U2F') ? ctapHidCommands.MSG : ctapHidCommands.CBOR;
  const name = [exchange.command, exchange.subCommand].filter(Boolean).join(' ');
  const decoded = decodeExchange(exchange);
  const { atMs, durationMs, keepalives, status = 'no status', transportError } = exchange;
  const endMs = atMs + durationMs;
  const sent = request ? fragment(channel, code, request) : [];
  const alive = keepalives.map((state, index): Transfer => {
    const [report] = fragment(channel, ctapHidCommands.KEEPALIVE, Uint8Array.of(keepaliveStatus[state]));
    const at = atMs + (durationMs * (index + 1)) / (keepalives.length + 1);
    return toHost(report ?? new Uint8Array(), at, `KEEPALIVE ${state}`);
  });
  const received = response ? fragment(channel, code, response) : [];
  const result = transportError ?? `${status} after ${formatMs(durationMs)}`;
  return [
    ...sent.map((report, index) => toKey(report, atMs, index === 0 ? withText(name, decoded.request) : undefined)),
    ...alive,
    ...received.map((report, index) =>
      toHost(report, endMs, index === 0 ? withText(`${name}: ${result}`, decoded.response) : undefined),
    ),
  ];
}

const withText = (head: string, text: string | undefined): string => (text === undefined ? head : `${head}\n${text}`);

const toKey = (data: Uint8Array, atMs: number, comment: string | undefined): Transfer => ({
  atMs,
  type: 'submit',
  kind: 'interrupt',
  endpoint: 0x01,
  data,
  ...(comment !== undefined && { comment }),
});

const toHost = (data: Uint8Array, atMs: number, comment: string | undefined): Transfer => ({
  atMs,
  type: 'complete',
  kind: 'interrupt',
  endpoint: 0x81,
  data,
  ...(comment !== undefined && { comment }),
});

/** Returns undefined for bytes that are absent, or that are no hex because a secret in them was masked. */
const parseHex = (hex: string | undefined): Uint8Array | undefined =>
  hex !== undefined && /^(?:[0-9a-f]{2})+$/.test(hex) ? fromHex(hex) : undefined;

/** `struct usbmon_packet` of Linux (Documentation/usb/usbmon.rst), 64 bytes, little-endian. */
function usbHeader(
  { type, kind, endpoint, data, setup }: Transfer,
  { device, bus }: { device: number; bus: number },
  { id, atMs }: { id: number; atMs: number },
): Uint8Array {
  const header = new Uint8Array(64);
  const view = new DataView(header.buffer);
  const seconds = Math.floor(atMs / 1000);
  const inProgress = -115; // -EINPROGRESS
  view.setBigUint64(0, BigInt(id), true);
  view.setUint8(8, (type === 'submit' ? 'S' : 'C').charCodeAt(0));
  view.setUint8(9, kind === 'control' ? 2 : 1);
  view.setUint8(10, endpoint);
  view.setUint8(11, device);
  view.setUint16(12, bus, true);
  view.setUint8(14, setup ? 0 : '-'.charCodeAt(0));
  view.setUint8(15, data.length > 0 ? 0 : '<'.charCodeAt(0));
  view.setBigInt64(16, BigInt(seconds), true);
  view.setInt32(24, Math.floor((atMs - seconds * 1000) * 1000), true);
  view.setInt32(28, type === 'submit' ? inProgress : 0, true);
  view.setUint32(32, setup ? new DataView(setup.buffer).getUint16(6, true) : data.length, true);
  view.setUint32(36, data.length, true);
  if (setup) header.set(setup, 40);
  return header;
}

const byteOrderMagic = 0x1a2b3c4d;

/** Section Header Block, section 4.1 of the draft. */
function sectionHeader(comment: string): Uint8Array {
  const body = concat(uint32(byteOrderMagic), uint16(1), uint16(0), new Uint8Array(8).fill(0xff), ...options(comment));
  return block(0x0a0d0d0a, body);
}

/** Interface Description Block, section 4.2. Time stamps are microseconds, the default. */
const interfaceDescription = (): Uint8Array => block(1, concat(uint16(linkType), uint16(0), uint32(0)));

/** Enhanced Packet Block, section 4.3. */
function packetBlock(packet: Uint8Array, atMs: number, comment: string | undefined): Uint8Array {
  const time = BigInt(Math.floor(atMs * 1000));
  const length = uint32(packet.length);
  const head = concat(uint32(0), uint32(Number(time >> 32n)), uint32(Number(time & 0xffff_ffffn)), length, length);
  return block(6, concat(head, padded(packet), ...(comment === undefined ? [] : options(comment))));
}

/** The option opt_comment and the end of options, section 3.5. */
function options(comment: string): Uint8Array[] {
  const text = utf8(truncate(comment, maxComment));
  return [uint16(1), uint16(text.length), padded(text), uint32(0)];
}

function block(type: number, body: Uint8Array): Uint8Array {
  const length = uint32(body.length + 12);
  return concat(uint32(type), length, body, length);
}

const padded = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));

const uint16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);
const uint32 = (value: number): Uint8Array =>
  Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
