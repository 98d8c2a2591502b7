/** Encodings of U2F raw messages that hosts send, over CTAPHID and over NFC: with and without Lc and Le, short and extended, and with an Lc of 0. */
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, uint, utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { sha256 } from '#protocol/crypto.ts';
import { createAuthenticator, insertCard } from '../index.ts';
import { clientDataHash as challenge, rpId } from '../testing/test-platform.ts';

const application = sha256(rpId);

/** Bodies of a command without data. Le may be 6, the length of `U2F_V2`. */
const emptyBodies = {
  'no Lc and no Le': '',
  'a short Le': '00',
  'a short Le of 6': '06',
  'a short Lc of 0 and Le': '0000',
  'an extended Le': '000000',
  'an extended Lc of 0 and Le (python-fido2, libfido2)': '0000000000',
  'an extended Lc of 0 and an Le of 6': '0000000006',
} satisfies Record<string, string>;

/** Encodings of a command with data. */
const dataBodies = {
  'a short Lc': (data: Uint8Array) => concat(uint(data.length, 1), data),
  'a short Lc and Le': (data: Uint8Array) => concat(uint(data.length, 1), data, uint(0, 1)),
  'an extended Lc': (data: Uint8Array) => concat(uint(0, 1), uint(data.length, 2), data),
  'an extended Lc and Le': (data: Uint8Array) => concat(uint(0, 1), uint(data.length, 2), data, uint(0, 2)),
} satisfies Record<string, (data: Uint8Array) => Uint8Array>;

interface Response {
  sw: string;
  data: Uint8Array;
}
type Send = (apdu: Uint8Array) => Promise<Response>;

const split = (response: Uint8Array): Response => ({
  sw: toHex(response.subarray(-2)),
  data: response.slice(0, -2),
});

/** CTAPHID_MSG carries the raw message unchanged. */
function connectOverCtapHid(): Send {
  const { processU2f } = createAuthenticator({ persona: 'touchstone-complete' });
  return async (apdu) => split(await defined(processU2f)(apdu));
}

/** Over NFC the card itself reads the lengths; a long response to a short command is fetched with GET RESPONSE. */
function connectOverNfc(): Send {
  const card = insertCard(createAuthenticator({ persona: 'touchstone-complete' }));
  const selected = card.transmit(fromHex('00a4040008a0000006472f000100'));
  return async (apdu) => {
    await selected;
    let { sw, data } = split(await card.transmit(apdu));
    while (sw.startsWith('61')) {
      const rest = split(await card.transmit(fromHex('00c0000000')));
      data = concat(data, rest.data);
      sw = rest.sw;
    }
    return { sw, data };
  };
}

const header = (ins: number, { p1 = 0, cla = 0 } = {}) => new Uint8Array([cla, ins, p1, 0]);

/** Registers with the encoding `encode` and returns the response with its key handle. */
async function register(send: Send, encode: (data: Uint8Array) => Uint8Array) {
  const { sw, data } = await send(concat(header(1), encode(concat(challenge, application))));
  return { sw, keyHandle: data.slice(67, 67 + (data[66] ?? 0)) };
}

describe.each([
  ['CTAPHID', connectOverCtapHid],
  ['NFC', connectOverNfc],
])('over %s', (_transport, connect) => {
  describe.each(Object.entries(emptyBodies))('a command with %s', (_encoding, body) => {
    const sendEmpty = (ins: number, cla = 0) => connect()(concat(header(ins, { cla }), fromHex(body)));

    it('returns the version', async () => {
      expect(await sendEmpty(3)).toEqual({ sw: '9000', data: utf8('U2F_V2') });
    });

    it.each([
      ['U2F_REGISTER', 1],
      ['U2F_AUTHENTICATE', 2],
    ])('rejects %s without data with 6700', async (_name, ins) => {
      expect((await sendEmpty(ins)).sw).toBe('6700');
    });

    it.each([0x00, 0x04, 0x40, 0xc1, 0xff])('rejects the unknown instruction %i with 6d00', async (ins) => {
      expect((await sendEmpty(ins)).sw).toBe('6d00');
    });

    it.each([0x01, 0x60, 0xff])('rejects the class %i with 6e00, also for an unknown instruction', async (cla) => {
      expect([(await sendEmpty(3, cla)).sw, (await sendEmpty(0x40, cla)).sw]).toEqual(['6e00', '6e00']);
    });
  });

  describe.each(Object.entries(dataBodies))('a command with %s', (_encoding, encode) => {
    it('registers and authenticates', async () => {
      const send = connect();
      const { sw, keyHandle } = await register(send, encode);
      expect(sw).toBe('9000');
      const request = concat(challenge, application, uint(keyHandle.length, 1), keyHandle);
      const { data } = await send(concat(header(2, { p1: 3 }), encode(request)));
      expect(data[0], 'user presence').toBe(1);
      expect((await send(concat(header(2, { p1: 7 }), encode(request)))).sw, 'check-only').toBe('6985');
    });

    it('rejects a version request with data with 6700', async () => {
      expect((await connect()(concat(header(3), encode(new Uint8Array(1))))).sw).toBe('6700');
    });

    it('rejects unknown instructions and classes', async () => {
      const send = connect();
      const statusOf = async (start: Uint8Array) => (await send(concat(start, encode(new Uint8Array(64))))).sw;
      expect(await statusOf(header(0x40))).toBe('6d00');
      expect(await statusOf(header(1, { cla: 0x60 }))).toBe('6e00');
      expect(await statusOf(header(0x40, { cla: 0x60 }))).toBe('6e00');
    });
  });
});

describe('over CTAPHID', () => {
  it('every instruction but three is answered with 6d00 and every class but 0 with 6e00, whatever the lengths are', async () => {
    const send = connectOverCtapHid();
    const bodies = [...Object.values(emptyBodies), '0000000005', '00000005', '05', '000005aa'].map(fromHex);
    const answers = new Map<string, number>();
    for (let byte = 1; byte < 0x100; byte++)
      for (const body of bodies) {
        const byInstruction = byte > 3 ? (await send(concat(header(byte), body))).sw : '6d00';
        const byClass = (await send(concat(header(3, { cla: byte }), body))).sw;
        const key = `${byInstruction} ${byClass}`;
        answers.set(key, (answers.get(key) ?? 0) + 1);
      }
    expect([...answers]).toEqual([['6d00 6e00', 255 * bodies.length]]);
  });
});
