/** The smart card, tested with APDUs in hex: selection, lengths, chaining, keepalives, and the status words of invalid commands. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, uint, utf8 } from '#base/bytes.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { createAuthenticator, insertCard, ManualGestures } from '../index.ts';

const select = '00a4040008a0000006472f000100';
const u2fV2 = `${toHex(utf8('U2F_V2'))}9000`;
const [getInfo, selection] = ['801080000104', '80108000010b'];

/** Inserts a card into a reader; by default with the FIDO applet selected. */
async function insertTestCard({ selected = true } = {}) {
  const clock = new ManualClock();
  const gestures = new ManualGestures();
  const slot = insertCard(createAuthenticator({ persona: 'touchstone-complete', clock, gestures }), { clock });
  const send = async (apdu: string) => toHex(await slot.transmit(fromHex(apdu)));
  if (selected) await send(select);
  return { slot, clock, gestures, send };
}

describe('selection', () => {
  it('answers U2F_V2 if the key supports U2F', async () => {
    expect(await (await insertTestCard({ selected: false })).send(select)).toBe(u2fV2);
  });

  it('answers FIDO_2_0 if the key supports only CTAP2', async () => {
    const slot = insertCard({ process: async () => new Uint8Array([0]), powerCycle: () => undefined });
    expect(toHex(await slot.transmit(fromHex(select)))).toBe(`${toHex(utf8('FIDO_2_0'))}9000`);
    expect(toHex(await slot.transmit(fromHex('00030000'))), 'U2F is not supported').toBe('6d00');
  });

  it('of another applet fails and leaves the FIDO applet selected', async () => {
    const { send } = await insertTestCard();
    expect(await send('00a4040008a0000006472f000200')).toBe('6a82');
    expect(await send('00a40400')).toBe('6a82');
    expect(await send('00030000')).toBe(u2fV2);
  });

  it('is required again after END, and a power cycle disconnects the host', async () => {
    const { slot, send } = await insertTestCard({ selected: false });
    expect(await send(getInfo)).toBe('6986');
    await send(select);
    expect(await send('80120100')).toBe('9000');
    expect(await send('00030000')).toBe('6986');
    await send(select);
    slot.powerCycle();
    await expect(slot.transmit(fromHex(getInfo)), 'the host is disconnected').rejects.toMatchObject({
      kind: 'disconnected',
    });
  });
});

describe.each([
  ['an unknown class', '60108000', '6e00'],
  ['an unknown class for GET RESPONSE', '60c00000', '6e00'],
  ['secure messaging', '84108000', '6e00'],
  ['an APDU of three bytes', '801080', '6700'],
  ['an Lc larger than the data', '801080000504', '6700'],
  ['an extended Lc larger than the data', '8010800000000504', '6700'],
  ['SELECT by path', '00a4080008a0000006472f0001', '6a86'],
  ['SELECT of the next occurrence', '00a4040208a0000006472f0001', '6a86'],
  ['SELECT in the class of NFCCTAP', '80a4040008a0000006472f0001', '6d00'],
  ['an unknown instruction', '80130000', '6d00'],
  ['an unknown instruction of the interindustry class', '00400000', '6d00'],
  ['NFCCTAP_MSG in the interindustry class', '001080000104', '6d00'],
  ['NFCCTAP_MSG without a message', '8010800000', '6700'],
  ['NFCCTAP_MSG with an invalid P1', '801001000104', '6a86'],
  ['NFCCTAP_MSG with an invalid P2', '801080010104', '6a86'],
  ['NFCCTAP_GETRESPONSE without a running message', '80110000', '6985'],
  ['NFCCTAP_GETRESPONSE with an invalid P1', '80110100', '6a86'],
  ['NFCCTAP_GETRESPONSE with data', '801100000107', '6700'],
  ['NFCCTAP_CONTROL with an invalid P1', '80120000', '6a86'],
  ['NFCCTAP_CONTROL with data', '801201000107', '6700'],
  ['GET RESPONSE without a remaining response', '00c00000', '6985'],
  ['GET RESPONSE with an invalid P1', '00c00100', '6a86'],
  ['GET RESPONSE with data', '00c000000107', '6700'],
  ['a U2F command that is too short', '00010000020102', '6700'],
])('%s', (_, apdu, status) => {
  it(`is answered with ${status}; a following getInfo succeeds`, async () => {
    const { send } = await insertTestCard();
    expect(await send(apdu)).toBe(status);
    expect(await send(`${getInfo}00`)).toMatch(/^00.*(61..|9000)$/);
  });
});

describe('lengths', () => {
  it('a response is fetched in parts after a short command and returned whole after an extended command', async () => {
    const { send } = await insertTestCard();
    const whole = await send('80100000000001040000');
    expect(whole).toMatch(/^00[ab].*9000$/);
    let fetched = await send('80100000010440');
    for (let rounds = 0; /61..$/.test(fetched) && rounds < 99; rounds++)
      fetched = fetched.slice(0, -4) + (await send(`80c00000${rounds % 2 ? '00' : '20'}`));
    expect(fetched).toBe(whole);
  });

  it('the status reports the remaining length; the next command drops the remaining response', async () => {
    const { send } = await insertTestCard();
    const first = await send('80100000010401');
    expect(first).toMatch(/^0061..$/);
    expect(await send('00030000')).toBe(u2fV2);
    expect(await send('00c0000000')).toBe('6985');
  });

  it('chained commands are executed as one command', async () => {
    const { send } = await insertTestCard();
    const request = `01${'590384'}${'00'.repeat(900)}`;
    for (let at = 0; at < request.length; at += 400)
      expect(await send(`90100000${toHex(uint(Math.min(1808 - at, 400) / 2, 1))}${request.slice(at, at + 400)}`)).toBe(
        '9000',
      );
    expect(await send('8010000000')).toBe('119000');
  });

  it('a chain is dropped when another command interrupts it or when it becomes too long', async () => {
    const { send } = await insertTestCard();
    expect(await send('901000000104')).toBe('9000');
    expect(await send('80110000')).toBe('6883');
    expect(await send('8010000000'), 'the chain was dropped').toBe('6700');
    const part = `90100000ff${'00'.repeat(255)}`;
    const answers = new Set<string>();
    for (let count = 0; count < 40; count++) answers.add(await send(part));
    expect([...answers]).toEqual(['9000', '6700']);
  });
});

describe('a message that waits for a touch', () => {
  it('returns a status to a polling host and refuses other commands', async () => {
    const { send, gestures } = await insertTestCard();
    expect(await send(selection)).toBe('029100');
    expect(await send(getInfo)).toBe('6985');
    expect(await send('00030000')).toBe('6985');
    gestures.touch();
    expect(await send('80110000')).toBe('009000');
  });

  it('returns the status again after 100 ms', async () => {
    const { send, clock } = await insertTestCard();
    await send(selection);
    const again = send('80110000');
    clock.advance(100);
    expect(await again).toBe('029100');
  });

  it('ends when it is cancelled, or when the applet is deselected', async () => {
    const { send } = await insertTestCard();
    await send(selection);
    expect(await send('80111100')).toBe('2d9000');
    expect(await send('80110000')).toBe('6985');
    await send(selection);
    expect(await send('80120100')).toBe('9000');
    await send(select);
    expect(await send('80110000')).toBe('6985');
    expect(await send(getInfo)).toMatch(/^00/);
  });

  it('delays the response for a host that does not poll', async () => {
    const { send, gestures } = await insertTestCard();
    const answer = send('80100000010b');
    await gestures.whenAsked();
    gestures.touch();
    expect(await answer).toBe('009000');
  });

  it('gets no response if the card is removed', async () => {
    const { slot, send, gestures } = await insertTestCard();
    const answer = expect(send('80100000010b')).rejects.toMatchObject({ kind: 'disconnected' });
    await gestures.whenAsked();
    slot.unplug();
    await answer;
  });
});

describe('a planned fault', () => {
  it.each([
    ['disconnect', false],
    ['power-cut', true],
  ] as const)('%s removes the card; inserted again: %o', async (effect, isBack) => {
    const authenticator = createAuthenticator({ persona: 'touchstone-key' });
    authenticator.faults.plan({ at: 'authenticatorGetInfo', do: effect });
    const slot = insertCard(authenticator);
    await slot.transmit(fromHex(select));
    await expect(slot.transmit(fromHex(getInfo))).rejects.toMatchObject({ kind: 'disconnected' });
    expect(slot.plugged).toBe(isBack);
  });
});
