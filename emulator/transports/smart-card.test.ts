/** The card as APDUs in hex: selection, lengths, chains, keepalives, and the status word of everything that is wrong. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, uint, utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { createAuthenticator, insertCard, ManualGestures } from '../index.ts';

const select = '00a4040008a0000006472f000100';
const u2fV2 = `${toHex(utf8('U2F_V2'))}9000`;
const [getInfo, selection] = ['801080000104', '80108000010b'];

/** A card with the applet selected, unless told otherwise. */
async function card({ selected = true } = {}) {
  const clock = new AdjustableClock();
  const gestures = new ManualGestures();
  const slot = insertCard(createAuthenticator({ persona: 'touchstone-complete', clock, gestures }), { clock });
  const send = async (apdu: string) => toHex(await slot.transmit(fromHex(apdu)));
  if (selected) await send(select);
  return { slot, clock, gestures, send };
}

describe('selection', () => {
  it('says U2F_V2 where U2F is spoken too', async () => {
    expect(await (await card({ selected: false })).send(select)).toBe(u2fV2);
  });

  it('says FIDO_2_0 where only CTAP2 is', async () => {
    const slot = insertCard({ process: async () => new Uint8Array([0]), powerCycle: () => undefined });
    expect(toHex(await slot.transmit(fromHex(select)))).toBe(`${toHex(utf8('FIDO_2_0'))}9000`);
    expect(toHex(await slot.transmit(fromHex('00030000'))), 'no U2F').toBe('6d00');
  });

  it('of another applet fails, and what is selected stays so', async () => {
    const { send } = await card();
    expect(await send('00a4040008a0000006472f000200')).toBe('6a82');
    expect(await send('00a40400')).toBe('6a82');
    expect(await send('00030000')).toBe(u2fV2);
  });

  it('is needed, also after END and after a reset', async () => {
    const { slot, send } = await card({ selected: false });
    expect(await send(getInfo)).toBe('6986');
    await send(select);
    expect(await send('80120100')).toBe('9000');
    expect(await send('00030000')).toBe('6986');
    await send(select);
    slot.powerCycle();
    await expect(slot.transmit(fromHex(getInfo)), 'whoever had the card has lost it').rejects.toMatchObject({
      kind: 'disconnected',
    });
  });
});

describe.each([
  ['another class', '60108000', '6e00'],
  ['another class for a response', '60c00000', '6e00'],
  ['a secure channel', '84108000', '6e00'],
  ['three bytes', '801080', '6700'],
  ['an Lc beyond the end', '801080000504', '6700'],
  ['an extended Lc beyond the end', '8010800000000504', '6700'],
  ['SELECT by path', '00a4080008a0000006472f0001', '6a86'],
  ['SELECT of the next', '00a4040208a0000006472f0001', '6a86'],
  ['SELECT in the class of NFCCTAP', '80a4040008a0000006472f0001', '6d00'],
  ['an unknown instruction', '80130000', '6d00'],
  ['an unknown instruction of the other class', '00400000', '6d00'],
  ['NFCCTAP_MSG in the other class', '001080000104', '6d00'],
  ['NFCCTAP_MSG without a message', '8010800000', '6700'],
  ['NFCCTAP_MSG with another P1', '801001000104', '6a86'],
  ['NFCCTAP_MSG with a P2', '801080010104', '6a86'],
  ['NFCCTAP_GETRESPONSE with nothing at work', '80110000', '6985'],
  ['NFCCTAP_GETRESPONSE with another P1', '80110100', '6a86'],
  ['NFCCTAP_GETRESPONSE with data', '801100000107', '6700'],
  ['NFCCTAP_CONTROL with another P1', '80120000', '6a86'],
  ['NFCCTAP_CONTROL with data', '801201000107', '6700'],
  ['GET RESPONSE with nothing to fetch', '00c00000', '6985'],
  ['GET RESPONSE with a P1', '00c00100', '6a86'],
  ['GET RESPONSE with data', '00c000000107', '6700'],
  ['U2F that is too short', '00010000020102', '6700'],
])('%s', (_, apdu, status) => {
  it(`is answered with ${status}, and getInfo works after it`, async () => {
    const { send } = await card();
    expect(await send(apdu)).toBe(status);
    expect(await send(`${getInfo}00`)).toMatch(/^00.*(61..|9000)$/);
  });
});

describe('lengths', () => {
  it('a short command fetches its response piece by piece, an extended one gets it whole', async () => {
    const { send } = await card();
    const whole = await send('80100000000001040000');
    expect(whole).toMatch(/^00[ab].*9000$/);
    let fetched = await send('80100000010440');
    for (let rounds = 0; /61..$/.test(fetched) && rounds < 99; rounds++)
      fetched = fetched.slice(0, -4) + (await send(`80c00000${rounds % 2 ? '00' : '20'}`));
    expect(fetched).toBe(whole);
  });

  it('says how much more there is, and forgets it at the next command', async () => {
    const { send } = await card();
    const first = await send('80100000010401');
    expect(first).toMatch(/^0061..$/);
    expect(await send('00030000')).toBe(u2fV2);
    expect(await send('00c0000000')).toBe('6985');
  });

  it('a chain is one command', async () => {
    const { send } = await card();
    const request = `01${'590384'}${'00'.repeat(900)}`;
    for (let at = 0; at < request.length; at += 400)
      expect(await send(`90100000${toHex(uint(Math.min(1808 - at, 400) / 2, 1))}${request.slice(at, at + 400)}`)).toBe(
        '9000',
      );
    expect(await send('8010000000')).toBe('119000');
  });

  it('a chain that another command interrupts is given up, as is one without an end', async () => {
    const { send } = await card();
    expect(await send('901000000104')).toBe('9000');
    expect(await send('80110000')).toBe('6883');
    expect(await send('8010000000'), 'nothing is left of it').toBe('6700');
    const part = `90100000ff${'00'.repeat(255)}`;
    const answers = new Set<string>();
    for (let count = 0; count < 40; count++) answers.add(await send(part));
    expect([...answers]).toEqual(['9000', '6700']);
  });
});

describe('a message that waits for a touch', () => {
  it('says so to a host that asks, and takes nothing else meanwhile', async () => {
    const { send, gestures } = await card();
    expect(await send(selection)).toBe('029100');
    expect(await send(getInfo)).toBe('6985');
    expect(await send('00030000')).toBe('6985');
    gestures.touch();
    expect(await send('80110000')).toBe('009000');
  });

  it('says it again every 100 ms', async () => {
    const { send, clock } = await card();
    await send(selection);
    const again = send('80110000');
    clock.advance(100);
    expect(await again).toBe('029100');
  });

  it('ends when it is cancelled, or with the applet', async () => {
    const { send } = await card();
    await send(selection);
    expect(await send('80111100')).toBe('2d9000');
    expect(await send('80110000')).toBe('6985');
    await send(selection);
    expect(await send('80120100')).toBe('9000');
    await send(select);
    expect(await send('80110000')).toBe('6985');
    expect(await send(getInfo)).toMatch(/^00/);
  });

  it('keeps a host waiting that cannot ask', async () => {
    const { send, gestures } = await card();
    const answer = send('80100000010b');
    await gestures.whenAsked();
    gestures.touch();
    expect(await answer).toBe('009000');
  });

  it('is lost with the power, and silent until then', async () => {
    const { slot, send, gestures } = await card();
    const answer = expect(send('80100000010b')).rejects.toMatchObject({ kind: 'disconnected' });
    await gestures.whenAsked();
    slot.unplug();
    await answer;
  });
});

describe('a planned accident', () => {
  it.each([
    ['disconnect', false],
    ['power-cut', true],
  ] as const)('%s: the card is gone, and back: %o', async (effect, isBack) => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key' });
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: effect });
    const slot = insertCard(authenticator);
    await slot.transmit(fromHex(select));
    await expect(slot.transmit(fromHex(getInfo))).rejects.toMatchObject({ kind: 'disconnected' });
    expect(slot.plugged).toBe(isBack);
  });
});
