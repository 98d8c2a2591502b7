/** The authenticator as a function of bytes: message checks, determinism, memory. */
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { statusName } from '#protocol/status.ts';
import { type AuthenticatorOptions, createAuthenticator } from './index.ts';
import { encodeCommand, makeCredentialRequest, TestPlatform } from './testing/test-platform.ts';

const authenticatorFor = (options: Partial<AuthenticatorOptions> = {}) =>
  createAuthenticator({ persona: 'touchstone-key', ...options });
const registrationMap = commands.authenticatorMakeCredential.request.encode(makeCredentialRequest());
const makeCredential = encodeCommand('authenticatorMakeCredential', registrationMap);

describe('messages', () => {
  const parameters = encode(registrationMap);
  const code = new Uint8Array([0x01]);
  it.each<[string, string, Uint8Array]>([
    ['no bytes', 'CTAP1_ERR_INVALID_LENGTH', new Uint8Array(0)],
    ['an unknown command', 'CTAP1_ERR_INVALID_COMMAND', new Uint8Array([0x03])],
    ['a vendor command', 'CTAP1_ERR_INVALID_COMMAND', new Uint8Array([0xbf, 1, 2])],
    ['more bytes than maxMsgSize', 'CTAP2_ERR_REQUEST_TOO_LARGE', new Uint8Array(7610).fill(1)],
    ['a byte after the map', 'CTAP2_ERR_INVALID_CBOR', concat(makeCredential, new Uint8Array(1))],
    ['the last byte missing', 'CTAP2_ERR_INVALID_CBOR', makeCredential.slice(0, -1)],
    [
      'a map head that is not minimal',
      'CTAP2_ERR_INVALID_CBOR',
      concat(code, new Uint8Array([0xb8, 4]), parameters.subarray(1)),
    ],
    [
      'a map of indefinite length',
      'CTAP2_ERR_INVALID_CBOR',
      concat(code, new Uint8Array([0xbf]), parameters.subarray(1), new Uint8Array([0xff])),
    ],
    ['keys out of order', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xa2, 2, 0, 1, 0]))],
    ['a key twice', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xa2, 1, 0, 1, 0]))],
    ['a tag', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xc1]), parameters)],
    ['null in place of the parameters', 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE', concat(code, new Uint8Array([0xf6]))],
    ['a float', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xf9, 0, 0]))],
    [
      'five levels of nesting',
      'CTAP2_ERR_INVALID_CBOR',
      concat(code, new Uint8Array([0x81, 0x81, 0x81, 0x81, 0x81, 0])),
    ],
  ])('a message with %s answers %s', async (_title, status, message) => {
    const answer = await authenticatorFor().process(message);
    expect(answer).toHaveLength(1);
    expect(statusName(answer[0] ?? -1)).toBe(status);
  });

  it('an internal error answers CTAP1_ERR_OTHER, and the next command works', async () => {
    let calls = 0;
    const gestures = {
      respond() {
        calls += 1;
        if (calls === 1) throw new Error('broken button');
        return 'granted' as const;
      },
    };
    const authenticator = authenticatorFor({ gestures });
    expect(await authenticator.process(makeCredential)).toEqual(new Uint8Array([0x7f]));
    expect((await authenticator.process(makeCredential))[0]).toBe(0);
  });
});

it('the same seed reproduces every byte; another seed results in other keys and signatures', async () => {
  const run = async (seed: string) => {
    const random = seededRandom(seed);
    const platform = new TestPlatform(authenticatorFor({ random, clock: new AdjustableClock(), pin: '1234' }));
    const transcript: Uint8Array[] = [];
    for (const message of [
      makeCredential,
      encodeCommand(
        'authenticatorMakeCredential',
        commands.authenticatorMakeCredential.request.encode(
          makeCredentialRequest({ pubKeyCredParams: [{ type: 'public-key', alg: -8 }] }),
        ),
      ),
      encodeCommand(
        'authenticatorClientPIN',
        new Map([
          [1, 2],
          [2, 2],
        ]),
      ),
      encodeCommand('authenticatorGetInfo'),
    ])
      transcript.push(await platform.authenticator.process(message));
    return transcript.map(toHex);
  };
  const [one, again, other] = [await run('a'), await run('a'), await run('b')];
  expect(again).toEqual(one);
  expect(other.slice(0, 3).some((bytes, index) => bytes === one[index])).toBe(false);
});

it('registrations that are not discoverable store no credential', async () => {
  const authenticator = authenticatorFor();
  for (let count = 0; count < 300; count++) await authenticator.process(makeCredential);
  expect(authenticator.inspect()).toMatchObject({ credentials: [], signCounter: 300 });
});
