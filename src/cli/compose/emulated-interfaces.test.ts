/** The layers below CTAP messages of an emulated authenticator: time passes only while it has nothing to send. */
import { describe, expect, it } from 'vitest';
import { toHex } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { createAuthenticator, neverTouch } from '#emulator';
import { encodeCommand } from '#protocol/apdu.ts';
import { broadcastChannel, ctapHidCommands, fragment } from '#protocol/ctaphid.ts';
import { cardInstructions, cardParameters, fidoAid } from '#protocol/nfcctap.ts';
import { emulateCard, emulateHid } from './emulated-interfaces.ts';

const nonce = new Uint8Array(8).fill(7);

function openHid() {
  const clock = new AdjustableClock();
  const authenticator = createAuthenticator({ persona: 'touchstone-key', clock, gestures: neverTouch });
  return { clock, hid: emulateHid(authenticator, clock, seededRandom('hid')) };
}

const sendInit = (hid: ReturnType<typeof openHid>['hid']) => {
  for (const report of fragment(broadcastChannel, ctapHidCommands.INIT, nonce)) hid.send(report);
};

describe('emulateHid', () => {
  it('returns a report that the authenticator sends, and lets no time pass for it', async () => {
    const { clock, hid } = openHid();
    sendInit(hid);
    const before = clock.monotonic();
    expect(toHex((await hid.receive(10_000))?.subarray(7, 15) ?? new Uint8Array())).toBe(toHex(nonce));
    expect(clock.monotonic() - before).toBeLessThan(1_000);
  });

  it('returns undefined after the given time, which passes for the authenticator, too', async () => {
    const { hid } = openHid();
    const before = hid.now();
    expect(await hid.receive(10_000)).toBeUndefined();
    expect(hid.now() - before).toBeGreaterThanOrEqual(10_000);
  });

  it('drops the reports from before a power cycle, and is usable after it', async () => {
    const { hid } = openHid();
    sendInit(hid);
    hid.powerCycle();
    expect(await hid.receive(100)).toBeUndefined();
    sendInit(hid);
    expect(await hid.receive(100)).toBeDefined();
  });
});

describe('emulateCard', () => {
  const select = encodeCommand({
    cla: 0,
    ins: cardInstructions.SELECT,
    p1: cardParameters.byName,
    p2: 0,
    data: fidoAid,
    ne: 0x100,
    extended: false,
  });
  const getInfo = encodeCommand({
    cla: 0x80,
    ins: cardInstructions.NFCCTAP_MSG,
    p1: 0,
    p2: 0,
    data: new Uint8Array([0x04]),
    ne: 0x1_0000,
    extended: true,
  });
  const statusOf = (apdu: Uint8Array): string => toHex(apdu.subarray(-2));

  it('inserts the card again with a power cycle, so that no applet is selected', async () => {
    const clock = new AdjustableClock();
    const card = emulateCard(createAuthenticator({ persona: 'yubikey-5-nfc', clock }), clock);
    expect(statusOf(await card.transmit(select))).toBe('9000');
    expect(statusOf(await card.transmit(getInfo))).toBe('9000');
    card.powerCycle();
    expect(statusOf(await card.transmit(getInfo))).toBe('6986');
  });
});
