import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#base/bytes.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import {
  broadcastChannel,
  ctapHidCommands,
  ctapHidErrorName,
  decodeInitResponse,
  fragment,
  parsePacket,
} from '#protocol/ctaphid.ts';
import { type HidMessage, Reassembler } from '#protocol/ctaphid-reassembler.ts';
import { createAuthenticator, ManualGestures } from '../index.ts';
import { CtapHidDevice, type CtapHidDeviceOptions } from './ctaphid-device.ts';

const { PING, MSG, LOCK, INIT, WINK, CBOR, CANCEL, KEEPALIVE, ERROR } = ctapHidCommands;
const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);
const nonce = fromHex('0102030405060708');
const none = new Uint8Array(0);
const settled = () => new Promise(setImmediate);

/** A device and a host that sends packets and reads what came. */
class Bench {
  readonly clock = new ManualClock();
  readonly gestures = new ManualGestures();
  readonly winks: number[] = [];
  readonly device: CtapHidDevice;
  #reports: Uint8Array[] = [];

  constructor(options: Partial<CtapHidDeviceOptions> = {}) {
    const { clock, gestures } = this;
    const authenticator = createAuthenticator({ persona: 'touchstone-key', clock, gestures });
    this.device = new CtapHidDevice({
      process: (message, how) => authenticator.process(message, how),
      send: (report) => this.#reports.push(report),
      wink: () => this.winks.push(clock.now()),
      clock,
      random: seededRandom('bench'),
      deviceVersion: [5, 4, 3],
      ...options,
    });
  }

  /** Sends a message, or some of its packets. */
  send(channel: number, command: number, payload: Uint8Array = none, packets?: number): void {
    for (const report of fragment(channel, command, payload).slice(0, packets)) this.device.receive(report);
  }

  raw(hex: string): void {
    this.device.receive(fromHex(hex.replaceAll(' ', '').padEnd(128, '0')));
  }

  /** What has come since the last look, as `command payload` with errors by name. */
  heard(): string[] {
    return this.messages().map(({ command, payload }) =>
      command === ERROR ? `${ctapHidErrorName(payload[0]!)}` : `${command} ${toHex(payload)}`,
    );
  }

  messages(): HidMessage[] {
    const messages: HidMessage[] = [];
    let open: Reassembler | undefined;
    for (const packet of this.#reports.splice(0).map(parsePacket)) {
      if (open) open.accept(packet);
      else open = new Reassembler(packet as never);
      if (!open.message) continue;
      messages.push(open.message);
      open = undefined;
    }
    return messages;
  }

  open(): number {
    this.send(broadcastChannel, INIT, nonce);
    const answer = this.messages().at(-1)!;
    return decodeInitResponse(answer.payload).channel;
  }
}

describe('INIT', () => {
  it('gives each host a channel of its own, and says what the device can do', () => {
    const bench = new Bench();
    bench.send(broadcastChannel, INIT, nonce);
    const [message] = bench.messages();
    expect(message).toMatchObject({ channel: broadcastChannel, command: INIT });
    expect(decodeInitResponse(message!.payload)).toMatchObject({
      nonce,
      protocolVersion: 2,
      deviceVersion: [5, 4, 3],
      capabilities: { wink: true, cbor: true, nmsg: true },
    });
    expect(bench.open()).not.toBe(bench.open());
  });

  it('on a channel keeps it, and throws its transaction away', async () => {
    const bench = new Bench();
    const channel = bench.open();
    bench.send(channel, PING, new Uint8Array(100), 1);
    bench.send(channel, INIT, nonce);
    expect(decodeInitResponse(bench.messages()[0]!.payload).channel).toBe(channel);
    bench.raw('00000000 00'.replace('00000000', channel.toString(16).padStart(8, '0')));
    bench.send(channel, CBOR, selection);
    await bench.gestures.whenAsked();
    bench.send(channel, INIT, nonce);
    bench.send(channel, CBOR, getInfo);
    await settled();
    expect(bench.messages().map(({ command }) => command)).toEqual([KEEPALIVE, INIT, CBOR]);
  });

  it('of another channel disturbs nobody', () => {
    const bench = new Bench();
    const [one, other] = [bench.open(), bench.open()];
    const ping = fragment(one, PING, new Uint8Array(100).fill(7));
    bench.device.receive(ping[0]!);
    bench.send(other, INIT, nonce);
    bench.send(broadcastChannel, INIT, nonce);
    expect(bench.messages().map(({ command }) => command)).toEqual([INIT, INIT]);
    bench.device.receive(ping[1]!);
    expect(bench.heard()).toEqual([`${PING} ${'07'.repeat(100)}`]);
  });

  it('forgets the channel longest unused', () => {
    const bench = new Bench();
    const [oldest, used] = [bench.open(), bench.open()];
    for (let count = 0; count < 63; count++) bench.open();
    bench.send(oldest, PING);
    bench.send(used, PING);
    expect(bench.heard()).toEqual(['ERR_INVALID_CHANNEL', `${PING} `]);
    for (let count = 0; count < 63; count++) bench.open();
    bench.send(used, PING);
    expect(bench.heard()).toEqual([`${PING} `]);
  });

  it('on a channel never given out is answered there', () => {
    const bench = new Bench();
    bench.send(0x11223344, INIT, nonce);
    expect(decodeInitResponse(bench.messages()[0]!.payload).channel).toBe(0x11223344);
  });
});

describe('one message', () => {
  const channel = 0x11223344;
  const cid = '11223344';
  const oneByte = new Uint8Array(1);
  it.each<[string, (bench: Bench) => void, string[]]>([
    ['PING of nothing', (b) => b.send(channel, PING), [`${PING} `]],
    ['PING of 7,609 bytes', (b) => b.send(channel, PING, new Uint8Array(7609)), [`${PING} ${'00'.repeat(7609)}`]],
    ['7,610 bytes', (b) => b.raw(`${cid} 81 1dba`), ['ERR_INVALID_LEN']],
    ['65,535 bytes', (b) => b.raw(`${cid} 90 ffff`), ['ERR_INVALID_LEN']],
    ['INIT without 8 bytes', (b) => b.send(channel, INIT, new Uint8Array(7)), ['ERR_INVALID_LEN']],
    ['INIT with 9 bytes', (b) => b.send(broadcastChannel, INIT, new Uint8Array(9)), ['ERR_INVALID_LEN']],
    ['INIT on channel 0', (b) => b.send(0, INIT, nonce), ['ERR_INVALID_CHANNEL']],
    ['PING on channel 0', (b) => b.send(0, PING), ['ERR_INVALID_CHANNEL']],
    ['PING on the broadcast channel', (b) => b.send(broadcastChannel, PING), ['ERR_INVALID_CHANNEL']],
    ['PING on a channel of nobody', (b) => b.send(channel + 1, PING), ['ERR_INVALID_CHANNEL']],
    ['CANCEL on a channel of nobody', (b) => b.send(channel + 1, CANCEL), ['ERR_INVALID_CHANNEL']],
    ['CANCEL of nothing', (b) => b.send(channel, CANCEL), []],
    ['an unknown command', (b) => b.send(channel, 0x1b), ['ERR_INVALID_CMD']],
    ['a vendor command', (b) => b.send(channel, 0x40), ['ERR_INVALID_CMD']],
    ['KEEPALIVE from the host', (b) => b.send(channel, KEEPALIVE, oneByte), ['ERR_INVALID_CMD']],
    ['ERROR from the host', (b) => b.send(channel, ERROR, oneByte), ['ERR_INVALID_CMD']],
    ['MSG without U2F', (b) => b.send(channel, MSG, fromHex('00030000000000')), ['ERR_INVALID_CMD']],
    ['CBOR of nothing', (b) => b.send(channel, CBOR), ['ERR_INVALID_LEN']],
    ['WINK', (b) => b.send(channel, WINK), [`${WINK} `]],
    ['WINK with bytes', (b) => b.send(channel, WINK, oneByte), ['ERR_INVALID_LEN']],
    ['LOCK for 0 seconds', (b) => b.send(channel, LOCK, oneByte), [`${LOCK} `]],
    ['LOCK for 10 seconds', (b) => b.send(channel, LOCK, fromHex('0a')), [`${LOCK} `]],
    ['LOCK for 11 seconds', (b) => b.send(channel, LOCK, fromHex('0b')), ['ERR_INVALID_PAR']],
    ['LOCK without seconds', (b) => b.send(channel, LOCK), ['ERR_INVALID_LEN']],
    ['LOCK with 2 bytes', (b) => b.send(channel, LOCK, new Uint8Array(2)), ['ERR_INVALID_LEN']],
    ['a continuation of nothing', (b) => b.raw(`${cid} 00`), []],
    ['a sequence that begins at 1', (b) => b.raw(`${cid} 81 0064`) ?? b.raw(`${cid} 01`), ['ERR_INVALID_SEQ']],
    ['a first packet again', (b) => b.raw(`${cid} 81 0064`) ?? b.raw(`${cid} 81 0064`), ['ERR_INVALID_SEQ']],
    ['a report of 63 bytes', (b) => b.device.receive(new Uint8Array(63)), []],
    ['a report of 65 bytes', (b) => b.device.receive(new Uint8Array(65)), []],
  ])('%s', (_what, act, expected) => {
    const bench = new Bench();
    bench.send(channel, INIT, nonce);
    bench.messages();
    act(bench);
    expect(bench.heard()).toEqual(expected);
    bench.send(channel, PING, getInfo);
    expect(bench.heard(), 'afterwards').toEqual([`${PING} 04`]);
  });

  it('shows itself at a WINK, where it can', () => {
    const bench = new Bench();
    bench.send(bench.open(), WINK);
    expect(bench.winks).toHaveLength(1);
    const blind = new Bench({ wink: undefined });
    blind.send(blind.open(), WINK);
    expect(blind.heard()).toEqual(['ERR_INVALID_CMD']);
  });

  it('of U2F goes where U2F is', async () => {
    const bench = new Bench({ processU2f: async (apdu) => new Uint8Array([...apdu, 0x90, 0x00]) });
    const opened = bench.open();
    bench.send(opened, MSG, fromHex('0003'));
    await settled();
    bench.send(opened, MSG);
    expect(bench.heard()).toEqual([`${MSG} 00039000`, 'ERR_INVALID_LEN']);
  });

  it('whose command fails inside is answered ERR_OTHER', async () => {
    const bench = new Bench({ process: () => Promise.reject(new Error('a bug')) });
    bench.send(bench.open(), CBOR, getInfo);
    await settled();
    expect(bench.heard()).toEqual(['ERR_OTHER']);
  });
});

describe('time', () => {
  it('runs out 500 ms after the last packet, not after the first', async () => {
    const bench = new Bench();
    const channel = bench.open();
    const [first, second, third] = fragment(channel, PING, new Uint8Array(150));
    bench.device.receive(first!);
    for (const packet of [second!, undefined]) {
      bench.clock.advance(450);
      await settled();
      expect(bench.heard()).toEqual([]);
      if (packet) bench.device.receive(packet);
    }
    bench.clock.advance(51);
    await settled();
    expect(bench.heard()).toEqual(['ERR_MSG_TIMEOUT']);
    bench.device.receive(third!);
    bench.send(channel, PING);
    expect(bench.heard()).toEqual([`${PING} `]);
  });

  it('runs out later for a key that is told so', async () => {
    const bench = new Bench({ packetTimeoutMs: 5000 });
    bench.send(bench.open(), PING, new Uint8Array(150), 1);
    for (const [ms, heard] of [
      [4999, []],
      [2, ['ERR_MSG_TIMEOUT']],
    ] as const) {
      bench.clock.advance(ms);
      await settled();
      expect(bench.heard()).toEqual(heard);
    }
  });

  it('is told while a command works: every 100 ms, and at once when a touch is wanted', async () => {
    const bench = new Bench();
    bench.send(bench.open(), CBOR, selection);
    await settled();
    expect(bench.heard(), 'at once').toEqual([`${KEEPALIVE} 02`]);
    for (let tick = 0; tick < 3; tick++) {
      bench.clock.advance(100);
      await settled();
      expect(bench.heard()).toEqual([`${KEEPALIVE} 02`]);
    }
    bench.gestures.touch();
    await settled();
    expect(bench.heard()).toEqual([`${KEEPALIVE} 01`, `${CBOR} 00`]);
    bench.clock.advance(1_000);
    await settled();
    expect(bench.heard(), 'afterwards').toEqual([]);
  });

  it('is told while nobody is asked for anything', async () => {
    const clock = new ManualClock();
    const bench = new Bench({ clock, process: () => clock.sleep(250).then(() => getInfo) });
    bench.send(bench.open(), CBOR, getInfo);
    for (const ms of [100, 100, 60]) {
      clock.advance(ms);
      await settled();
    }
    expect(bench.heard()).toEqual([`${KEEPALIVE} 01`, `${KEEPALIVE} 01`, `${CBOR} 04`]);
  });

  it('is not told by a device that keeps silent', async () => {
    const bench = new Bench({ sendsKeepalives: false });
    bench.send(bench.open(), CBOR, selection);
    bench.clock.advance(1_000);
    await settled();
    bench.gestures.touch();
    await settled();
    expect(bench.heard()).toEqual([`${CBOR} 00`]);
  });
});

describe('one transaction at a time', () => {
  it('others are told that it is busy, and it goes on', async () => {
    const bench = new Bench();
    const [one, other] = [bench.open(), bench.open()];
    const ping = fragment(one, PING, new Uint8Array(100));
    bench.device.receive(ping[0]!);
    bench.send(other, PING);
    bench.raw(`${other.toString(16).padStart(8, '0')}00`); // a continuation of another belongs to nothing
    expect(bench.heard()).toEqual(['ERR_CHANNEL_BUSY']);
    bench.device.receive(ping[1]!);
    expect(bench.heard()).toEqual([`${PING} ${'00'.repeat(100)}`]);
    bench.send(one, CBOR, selection);
    await settled();
    bench.send(one, PING);
    bench.send(other, CBOR, getInfo);
    expect(bench.heard()).toEqual([`${KEEPALIVE} 02`, 'ERR_CHANNEL_BUSY', 'ERR_CHANNEL_BUSY']);
    bench.gestures.touch();
    await settled();
    expect(bench.heard()).toEqual([`${KEEPALIVE} 01`, `${CBOR} 00`]);
  });

  it('CANCEL ends it for its own host only', async () => {
    const bench = new Bench();
    const [one, other] = [bench.open(), bench.open()];
    bench.send(one, CBOR, selection);
    await settled();
    bench.send(other, CANCEL);
    await settled();
    expect(bench.heard()).toEqual([`${KEEPALIVE} 02`]);
    bench.send(one, CANCEL);
    await settled();
    expect(bench.heard()).toEqual([`${KEEPALIVE} 01`, `${CBOR} 2d`]);
  });

  it('LOCK keeps others out until its time is over, INIT excepted', () => {
    const bench = new Bench();
    const [one, other] = [bench.open(), bench.open()];
    bench.send(one, LOCK, fromHex('03'));
    bench.send(one, PING);
    bench.send(other, PING);
    expect(bench.heard()).toEqual([`${LOCK} `, `${PING} `, 'ERR_CHANNEL_BUSY']);
    bench.open();
    bench.send(other, LOCK, fromHex('00'));
    bench.clock.advance(2_990);
    bench.send(other, PING);
    bench.clock.advance(10);
    bench.send(other, PING);
    expect(bench.heard()).toEqual(['ERR_CHANNEL_BUSY', 'ERR_CHANNEL_BUSY', `${PING} `]);
  });

  it('LOCK for 0 seconds opens it', () => {
    const bench = new Bench();
    const [one, other] = [bench.open(), bench.open()];
    bench.send(one, LOCK, fromHex('0a'));
    bench.send(one, LOCK, fromHex('00'));
    bench.send(other, PING);
    expect(bench.heard()).toEqual([`${LOCK} `, `${LOCK} `, `${PING} `]);
  });

  it('a reset forgets channels, lock and command', async () => {
    const bench = new Bench();
    const channel = bench.open();
    bench.send(channel, LOCK, fromHex('0a'));
    bench.send(channel, CBOR, selection);
    await settled();
    bench.messages();
    bench.device.reset();
    bench.gestures.touch();
    await settled();
    expect(bench.heard()).toEqual([]);
    bench.send(channel, PING);
    expect(bench.heard()).toEqual(['ERR_INVALID_CHANNEL']);
    bench.send(bench.open(), PING);
    expect(bench.heard()).toEqual([`${PING} `]);
  });
});
