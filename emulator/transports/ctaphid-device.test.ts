/** CTAPHID device: channel allocation, single messages and their errors, timing. */
import { describe, expect, it } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { broadcastChannel, ctapHidCommands, fragment } from '#protocol/ctaphid.ts';
import { CtapHidTestHost, getInfo, nonce, selection, settled } from './testing/ctaphid-test-host.ts';

const { PING, MSG, LOCK, INIT, WINK, CBOR, CANCEL, KEEPALIVE, ERROR } = ctapHidCommands;

describe('INIT', () => {
  it('allocates a channel for each host and reports the capabilities of the device', () => {
    const host = new CtapHidTestHost();
    expect(host.init()).toMatchObject({
      nonce,
      protocolVersion: 2,
      deviceVersion: [5, 4, 3],
      capabilities: { wink: true, cbor: true, nmsg: true },
    });
    expect(host.allocateChannel()).not.toBe(host.allocateChannel());
  });

  it('on an allocated channel keeps the channel and aborts its transaction', async () => {
    const host = new CtapHidTestHost();
    const channel = host.allocateChannel();
    host.send(channel, PING, new Uint8Array(100), 1);
    expect(host.init(channel).channel).toBe(channel);
    host.sendHex(`${channel.toString(16).padStart(8, '0')} 00`);
    host.send(channel, CBOR, selection);
    await host.gestures.whenAsked();
    host.send(channel, INIT, nonce);
    host.send(channel, CBOR, getInfo);
    await settled();
    expect(host.receivedMessages().map(({ command }) => command)).toEqual([KEEPALIVE, INIT, CBOR]);
  });

  it('on another channel does not disturb a transaction', () => {
    const host = new CtapHidTestHost();
    const [one, other] = [host.allocateChannel(), host.allocateChannel()];
    const ping = fragment(one, PING, new Uint8Array(100).fill(7));
    host.sendPackets(ping.slice(0, 1));
    host.send(other, INIT, nonce);
    host.send(broadcastChannel, INIT, nonce);
    expect(host.receivedMessages().map(({ command }) => command)).toEqual([INIT, INIT]);
    host.sendPackets(ping.slice(1));
    expect(host.received()).toEqual([`${PING} ${'07'.repeat(100)}`]);
  });

  it('drops the least recently used channel when too many are allocated', () => {
    const host = new CtapHidTestHost();
    const [oldest, used] = [host.allocateChannel(), host.allocateChannel()];
    for (let count = 0; count < 63; count++) host.allocateChannel();
    host.send(oldest, PING);
    host.send(used, PING);
    expect(host.received()).toEqual(['ERR_INVALID_CHANNEL', `${PING} `]);
    for (let count = 0; count < 63; count++) host.allocateChannel();
    host.send(used, PING);
    expect(host.received()).toEqual([`${PING} `]);
  });

  it('on a channel that was never allocated is answered on that channel', () => {
    const host = new CtapHidTestHost();
    expect(host.init(0x11223344).channel).toBe(0x11223344);
  });
});

describe('a single message', () => {
  const channel = 0x11223344;
  const cid = '11223344';
  const oneByte = new Uint8Array(1);
  it.each<[string, (host: CtapHidTestHost) => void, string[]]>([
    ['an empty PING', (host) => host.send(channel, PING), [`${PING} `]],
    [
      'a PING of 7,609 bytes',
      (host) => host.send(channel, PING, new Uint8Array(7609)),
      [`${PING} ${'00'.repeat(7609)}`],
    ],
    ['a PING of 7,610 bytes', (host) => host.sendHex(`${cid} 81 1dba`), ['ERR_INVALID_LEN']],
    ['a CBOR command of 65,535 bytes', (host) => host.sendHex(`${cid} 90 ffff`), ['ERR_INVALID_LEN']],
    ['INIT with 7 bytes', (host) => host.send(channel, INIT, new Uint8Array(7)), ['ERR_INVALID_LEN']],
    ['INIT with 9 bytes', (host) => host.send(broadcastChannel, INIT, new Uint8Array(9)), ['ERR_INVALID_LEN']],
    ['INIT on channel 0', (host) => host.send(0, INIT, nonce), ['ERR_INVALID_CHANNEL']],
    ['PING on channel 0', (host) => host.send(0, PING), ['ERR_INVALID_CHANNEL']],
    ['PING on the broadcast channel', (host) => host.send(broadcastChannel, PING), ['ERR_INVALID_CHANNEL']],
    ['PING on a channel that is not allocated', (host) => host.send(channel + 1, PING), ['ERR_INVALID_CHANNEL']],
    ['CANCEL on a channel that is not allocated', (host) => host.send(channel + 1, CANCEL), ['ERR_INVALID_CHANNEL']],
    ['CANCEL without a running command', (host) => host.send(channel, CANCEL), []],
    ['an unknown command', (host) => host.send(channel, 0x1b), ['ERR_INVALID_CMD']],
    ['a vendor command', (host) => host.send(channel, 0x40), ['ERR_INVALID_CMD']],
    ['KEEPALIVE from the host', (host) => host.send(channel, KEEPALIVE, oneByte), ['ERR_INVALID_CMD']],
    ['ERROR from the host', (host) => host.send(channel, ERROR, oneByte), ['ERR_INVALID_CMD']],
    ['MSG without U2F', (host) => host.send(channel, MSG, fromHex('00030000000000')), ['ERR_INVALID_CMD']],
    ['an empty CBOR command', (host) => host.send(channel, CBOR), ['ERR_INVALID_LEN']],
    ['WINK', (host) => host.send(channel, WINK), [`${WINK} `]],
    ['WINK with a payload', (host) => host.send(channel, WINK, oneByte), ['ERR_INVALID_LEN']],
    ['LOCK for 0 seconds', (host) => host.send(channel, LOCK, oneByte), [`${LOCK} `]],
    ['LOCK for 10 seconds', (host) => host.send(channel, LOCK, fromHex('0a')), [`${LOCK} `]],
    ['LOCK for 11 seconds', (host) => host.send(channel, LOCK, fromHex('0b')), ['ERR_INVALID_PAR']],
    ['LOCK without a payload', (host) => host.send(channel, LOCK), ['ERR_INVALID_LEN']],
    ['LOCK with 2 bytes', (host) => host.send(channel, LOCK, new Uint8Array(2)), ['ERR_INVALID_LEN']],
    ['a continuation packet without a message', (host) => host.sendHex(`${cid} 00`), []],
    [
      'a sequence that starts at 1',
      (host) => host.sendHex(`${cid} 81 0064`) ?? host.sendHex(`${cid} 01`),
      ['ERR_INVALID_SEQ'],
    ],
    [
      'a repeated initialization packet',
      (host) => host.sendHex(`${cid} 81 0064`) ?? host.sendHex(`${cid} 81 0064`),
      ['ERR_INVALID_SEQ'],
    ],
    ['a report of 63 bytes', (host) => host.device.receive(new Uint8Array(63)), []],
    ['a report of 65 bytes', (host) => host.device.receive(new Uint8Array(65)), []],
  ])('answers %s and stays usable', (_what, act, expected) => {
    const host = new CtapHidTestHost();
    host.send(channel, INIT, nonce);
    host.receivedMessages();
    act(host);
    expect(host.received()).toEqual(expected);
    host.send(channel, PING, getInfo);
    expect(host.received(), 'after the message').toEqual([`${PING} 04`]);
  });

  it('supports WINK only if the device has a wink function', () => {
    const host = new CtapHidTestHost();
    host.send(host.allocateChannel(), WINK);
    expect(host.winks).toHaveLength(1);
    const withoutWink = new CtapHidTestHost({ wink: undefined });
    withoutWink.send(withoutWink.allocateChannel(), WINK);
    expect(withoutWink.received()).toEqual(['ERR_INVALID_CMD']);
  });

  it('passes CTAPHID_MSG to the U2F handler', async () => {
    const host = new CtapHidTestHost({ processU2f: async (apdu) => new Uint8Array([...apdu, 0x90, 0x00]) });
    const opened = host.allocateChannel();
    host.send(opened, MSG, fromHex('0003'));
    await settled();
    host.send(opened, MSG);
    expect(host.received()).toEqual([`${MSG} 00039000`, 'ERR_INVALID_LEN']);
  });

  it('answers ERR_OTHER if the command throws', async () => {
    const host = new CtapHidTestHost({ process: () => Promise.reject(new Error('unexpected')) });
    host.send(host.allocateChannel(), CBOR, getInfo);
    await settled();
    expect(host.received()).toEqual(['ERR_OTHER']);
  });
});

describe('timing', () => {
  it('times out a message 500 ms after its last packet, not after its first', async () => {
    const host = new CtapHidTestHost();
    const channel = host.allocateChannel();
    const ping = fragment(channel, PING, new Uint8Array(150));
    host.sendPackets(ping.slice(0, 1));
    for (const next of [ping.slice(1, 2), []]) {
      host.clock.advance(450);
      await settled();
      expect(host.received()).toEqual([]);
      host.sendPackets(next);
    }
    host.clock.advance(51);
    await settled();
    expect(host.received()).toEqual(['ERR_MSG_TIMEOUT']);
    host.sendPackets(ping.slice(2));
    host.send(channel, PING);
    expect(host.received()).toEqual([`${PING} `]);
  });

  it('uses the packet timeout of the options', async () => {
    const host = new CtapHidTestHost({ packetTimeoutMs: 5000 });
    host.send(host.allocateChannel(), PING, new Uint8Array(150), 1);
    for (const [ms, expected] of [
      [4999, []],
      [2, ['ERR_MSG_TIMEOUT']],
    ] as const) {
      host.clock.advance(ms);
      await settled();
      expect(host.received()).toEqual(expected);
    }
  });

  it('sends a keepalive every 100 ms during a command, and at once when a touch is needed', async () => {
    const host = new CtapHidTestHost();
    host.send(host.allocateChannel(), CBOR, selection);
    await settled();
    expect(host.received(), 'at once').toEqual([`${KEEPALIVE} 02`]);
    for (let tick = 0; tick < 3; tick++) {
      host.clock.advance(100);
      await settled();
      expect(host.received()).toEqual([`${KEEPALIVE} 02`]);
    }
    host.gestures.touch();
    await settled();
    expect(host.received()).toEqual([`${KEEPALIVE} 01`, `${CBOR} 00`]);
    host.clock.advance(1_000);
    await settled();
    expect(host.received(), 'after the response').toEqual([]);
  });

  it('sends keepalives for a command that needs no gesture', async () => {
    const clock = new ManualClock();
    const host = new CtapHidTestHost({ clock, process: () => clock.sleep(250).then(() => getInfo) });
    host.send(host.allocateChannel(), CBOR, getInfo);
    for (const ms of [100, 100, 60]) {
      clock.advance(ms);
      await settled();
    }
    expect(host.received()).toEqual([`${KEEPALIVE} 01`, `${KEEPALIVE} 01`, `${CBOR} 04`]);
  });

  it('sends no keepalives if the device is configured so', async () => {
    const host = new CtapHidTestHost({ sendsKeepalives: false });
    host.send(host.allocateChannel(), CBOR, selection);
    host.clock.advance(1_000);
    await settled();
    host.gestures.touch();
    await settled();
    expect(host.received()).toEqual([`${CBOR} 00`]);
  });
});
