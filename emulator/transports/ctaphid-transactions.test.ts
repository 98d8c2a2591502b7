/** CTAPHID device: several channels at once, CTAP 2.1 section 11.2.5: busy device, CANCEL, LOCK, reset. */
import { describe, expect, it } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { ctapHidCommands, fragment } from '#protocol/ctaphid.ts';
import { CtapHidTestHost, getInfo, selection, settled } from './testing/ctaphid-test-host.ts';

const { PING, LOCK, CBOR, CANCEL, KEEPALIVE } = ctapHidCommands;

describe('CTAPHID transactions', () => {
  it('answers ERR_CHANNEL_BUSY to other channels, and the first transaction continues', async () => {
    const host = new CtapHidTestHost();
    const [one, other] = [host.allocateChannel(), host.allocateChannel()];
    const ping = fragment(one, PING, new Uint8Array(100));
    host.sendPackets(ping.slice(0, 1));
    host.send(other, PING);
    host.sendHex(`${other.toString(16).padStart(8, '0')}00`); // belongs to no message of that channel
    expect(host.received()).toEqual(['ERR_CHANNEL_BUSY']);
    host.sendPackets(ping.slice(1));
    expect(host.received()).toEqual([`${PING} ${'00'.repeat(100)}`]);
    host.send(one, CBOR, selection);
    await settled();
    host.send(one, PING);
    host.send(other, CBOR, getInfo);
    expect(host.received()).toEqual([`${KEEPALIVE} 02`, 'ERR_CHANNEL_BUSY', 'ERR_CHANNEL_BUSY']);
    host.gestures.touch();
    await settled();
    expect(host.received()).toEqual([`${KEEPALIVE} 01`, `${CBOR} 00`]);
  });

  it('cancels a command only for CANCEL on its own channel', async () => {
    const host = new CtapHidTestHost();
    const [one, other] = [host.allocateChannel(), host.allocateChannel()];
    host.send(one, CBOR, selection);
    await settled();
    host.send(other, CANCEL);
    await settled();
    expect(host.received()).toEqual([`${KEEPALIVE} 02`]);
    host.send(one, CANCEL);
    await settled();
    expect(host.received()).toEqual([`${KEEPALIVE} 01`, `${CBOR} 2d`]);
  });
});

describe('LOCK', () => {
  it('blocks other channels until it expires, except for INIT', () => {
    const host = new CtapHidTestHost();
    const [one, other] = [host.allocateChannel(), host.allocateChannel()];
    host.send(one, LOCK, fromHex('03'));
    host.send(one, PING);
    host.send(other, PING);
    expect(host.received()).toEqual([`${LOCK} `, `${PING} `, 'ERR_CHANNEL_BUSY']);
    host.allocateChannel();
    host.send(other, LOCK, fromHex('00'));
    host.clock.advance(2_990);
    host.send(other, PING);
    host.clock.advance(10);
    host.send(other, PING);
    expect(host.received()).toEqual(['ERR_CHANNEL_BUSY', 'ERR_CHANNEL_BUSY', `${PING} `]);
  });

  it('is released by LOCK for 0 seconds', () => {
    const host = new CtapHidTestHost();
    const [one, other] = [host.allocateChannel(), host.allocateChannel()];
    host.send(one, LOCK, fromHex('0a'));
    host.send(one, LOCK, fromHex('00'));
    host.send(other, PING);
    expect(host.received()).toEqual([`${LOCK} `, `${LOCK} `, `${PING} `]);
  });
});

describe('reset', () => {
  it('drops channels, lock and running command', async () => {
    const host = new CtapHidTestHost();
    const channel = host.allocateChannel();
    host.send(channel, LOCK, fromHex('0a'));
    host.send(channel, CBOR, selection);
    await settled();
    host.receivedMessages();
    host.device.reset();
    host.gestures.touch();
    await settled();
    expect(host.received()).toEqual([]);
    host.send(channel, PING);
    expect(host.received()).toEqual(['ERR_INVALID_CHANNEL']);
    host.send(host.allocateChannel(), PING);
    expect(host.received()).toEqual([`${PING} `]);
  });
});
