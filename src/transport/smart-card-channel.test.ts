import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex, utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { createAuthenticator, insertCard, ManualGestures } from '#emulator';
import { TransportError } from '#protocol/errors.ts';
import type { ApduForm } from './card-commands.ts';
import type { CardConnection } from './card-connection.ts';
import { openSmartCard } from './smart-card-channel.ts';
import { type DeviceUnderContract, deviceContract } from './testing/device-contract.ts';

for (const apdus of ['extended', 'short'] satisfies ApduForm[])
  deviceContract(`In-process card with ${apdus} APDUs`, async (): Promise<DeviceUnderContract> => {
    const gestures = new ManualGestures();
    const slot = insertCard(createAuthenticator({ persona: 'touchstone-complete', gestures }));
    return {
      device: await openSmartCard(slot, { apdus }),
      touch: () => gestures.touch(),
      whenWaiting: () => gestures.whenAsked(),
      unplug: () => slot.unplug(),
    };
  });

const getInfo = new Uint8Array([0x04]);
const selected = `${toHex(utf8('FIDO_2_0'))}9000`;

/** Returns a scripted card: `respond` gives the response to each command after SELECT and the first getInfo. */
function createScriptedCard(respond: (apdu: string, count: number) => string | Promise<string>) {
  const sent: string[] = [];
  let isClosed = false;
  const connection: CardConnection = {
    name: 'scripted:1',
    transport: 'nfc',
    async transmit(apdu) {
      const command = toHex(apdu);
      sent.push(command);
      if (command.startsWith('00a4')) return fromHex(selected);
      if (command.startsWith('80100000')) return fromHex('00a09000');
      return fromHex(await respond(command, sent.length - 3));
    },
    async close() {
      isClosed = true;
    },
  };
  return { connection, sent, isClosed: () => isClosed };
}

const failing = (kind: TransportError['kind'], message: RegExp) =>
  expect.objectContaining({ name: 'TransportError', kind, message: expect.stringMatching(message) });

describe('openSmartCard', () => {
  test('closes a card without the applet', async () => {
    const { connection, isClosed } = createScriptedCard(() => '9000');
    const other = { ...connection, transmit: async () => fromHex('6a82') };
    await expect(openSmartCard(other)).rejects.toEqual(failing('unavailable', /no FIDO applet.*SW_FILE_NOT_FOUND/));
    expect(isClosed()).toBe(true);
  });

  test('reports a card with U2F only', async () => {
    const { connection } = createScriptedCard(() => '9000');
    const transmit = async (apdu: Uint8Array) =>
      apdu[1] === 0xa4 ? concat(utf8('U2F_V2'), fromHex('9000')) : fromHex('6d00');
    const device = await openSmartCard({ ...connection, transmit });
    expect(device.capabilities).toEqual({ wink: false, cbor: false, nmsg: false });
  });

  test('sends U2F messages in both APDU forms', async () => {
    const slot = insertCard(createAuthenticator({ persona: 'yubikey-5-nfc' }));
    const device = await openSmartCard(slot);
    const version = `${toHex(utf8('U2F_V2'))}9000`;
    expect(device.capabilities).toEqual({ wink: false, cbor: true, nmsg: false });
    for (const apdu of ['00030000', '00030000000000'])
      expect(toHex(await device.transactU2f(fromHex(apdu)))).toBe(version);
  });
});

describe('A card without extended lengths', () => {
  test('gets chains of short APDUs, and no further extended APDU', async () => {
    const rejectExtended = (apdu: string) =>
      apdu.slice(8, 10) === '00' && apdu.length > 10 ? '6700' : apdu.startsWith('90') ? '9000' : '00f69000';
    const { connection, sent } = createScriptedCard(rejectExtended);
    const device = await openSmartCard(connection);
    const long = new Uint8Array(300).fill(4);
    expect(toHex(await device.transact(long))).toBe('00f6');
    await device.transact(long);
    expect(sent.slice(2).map((apdu) => apdu.slice(0, 10))).toEqual([
      '8010800000',
      '90108000ff',
      '801080002d',
      '90108000ff',
      '801080002d',
    ]);
  });
});

describe('A misbehaving card', () => {
  test.each<[string, (apdu: string, count: number) => string, TransportError['kind'], RegExp]>([
    ['a response without a status word', () => '90', 'framing', /violated the framing.*apdu\.length/],
    ['an empty response', () => '', 'framing', /violated the framing/],
    ['a status word for another error', () => '6e00', 'framing', /refused NFCCTAP_MSG with SW_CLA_NOT_SUPPORTED/],
    ['an unknown status word', () => '6f17', 'framing', /refused NFCCTAP_MSG with 6f17/],
    ['more data that never comes', () => '6100', 'framing', /does not end: got 0 bytes/],
    ['more data that never ends', () => `${'00'.repeat(200)}6100`, 'framing', /does not end: got 6\d{4} bytes/],
  ])('with %s fails the message, and works after SELECT', async (_, respond, kind, message) => {
    let isMisbehaving = true;
    const { connection, sent } = createScriptedCard((apdu, count) =>
      isMisbehaving ? respond(apdu, count) : '00f69000',
    );
    const device = await openSmartCard(connection);
    await expect(device.transact(getInfo)).rejects.toEqual(failing(kind, message));
    isMisbehaving = false;
    const before = sent.length;
    expect(toHex(await device.transact(getInfo)), 'answer to the next message').toBe('00f6');
    expect(sent[before]).toMatch(/^00a4/);
  });

  test('that stays busy is polled with pauses, cancelled once, and times out', async () => {
    const clock = new AdjustableClock();
    const abort = new AbortController();
    const { connection, sent } = createScriptedCard((_, count) => {
      if (count === 3) abort.abort(new Error('cancelled'));
      if (count > 3) clock.advance(1_000);
      else setImmediate(() => clock.advance(20));
      return '9100'; // without a status byte
    });
    const device = await openSmartCard(connection, { clock });
    const states: string[] = [];
    const answer = device.transact(getInfo, { signal: abort.signal, onKeepalive: (state) => states.push(state) });
    await expect(answer).rejects.toEqual(failing('timeout', /busy, but does not answer/));
    expect(new Set(states)).toEqual(new Set(['processing']));
    expect(sent.filter((apdu) => apdu.startsWith('801111'))).toHaveLength(1);
  });

  test('that holds its response times out', async () => {
    const clock = new AdjustableClock();
    const { connection } = createScriptedCard(() => {
      setImmediate(() => clock.advance(35_000));
      return new Promise<string>(() => undefined);
    });
    const device = await openSmartCard(connection, { clock });
    await expect(device.transact(getInfo)).rejects.toEqual(failing('timeout', /does not answer/));
  });

  test('that was removed stays disconnected', async () => {
    const { connection, sent } = createScriptedCard(() => {
      throw new TransportError('disconnected', 'The card was removed');
    });
    const device = await openSmartCard(connection);
    await expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
    const before = sent.length;
    await expect(device.transact(getInfo)).rejects.toMatchObject({ kind: 'disconnected' });
    expect(sent).toHaveLength(before);
  });
});

test('a message whose signal is already aborted is not sent', async () => {
  const { connection, sent } = createScriptedCard(() => '9000');
  const device = await openSmartCard(connection);
  const before = sent.length;
  const reason = new Error('aborted');
  await expect(device.transact(getInfo, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(sent).toHaveLength(before);
});

test('disposing sends NFCCTAP_CONTROL and closes the connection', async () => {
  const { connection, sent, isClosed } = createScriptedCard(() => '9000');
  await (await openSmartCard(connection))[Symbol.asyncDispose]();
  expect(sent.at(-1)).toMatch(/^80120100/);
  expect(isClosed()).toBe(true);
});
