/** The authenticator as bytes: dispatch, determinism, hostile input, memory. */
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { seededRandom } from '#base/seeded-random.ts';
import { encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { statusName } from '#protocol/status.ts';
import { type AuthenticatorOptions, createAuthenticator } from './index.ts';
import { messageOf, registration, TestPlatform } from './testing/test-platform.ts';

const authenticatorFor = (options: Partial<AuthenticatorOptions> = {}) =>
  createAuthenticator({ persona: 'touchstone-key', ...options });
const registrationMap = commands.authenticatorMakeCredential.request.encode(registration());
const makeCredential = messageOf('authenticatorMakeCredential', registrationMap);

describe('messages', () => {
  const parameters = encode(registrationMap);
  const code = new Uint8Array([0x01]);
  it.each<[string, string, Uint8Array]>([
    ['nothing', 'CTAP1_ERR_INVALID_LENGTH', new Uint8Array(0)],
    ['an unknown command', 'CTAP1_ERR_INVALID_COMMAND', new Uint8Array([0x03])],
    ['a vendor command', 'CTAP1_ERR_INVALID_COMMAND', new Uint8Array([0xbf, 1, 2])],
    ['more than maxMsgSize', 'CTAP2_ERR_REQUEST_TOO_LARGE', new Uint8Array(7610).fill(1)],
    ['a byte behind the map', 'CTAP2_ERR_INVALID_CBOR', concat(makeCredential, new Uint8Array(1))],
    ['the last byte missing', 'CTAP2_ERR_INVALID_CBOR', makeCredential.slice(0, -1)],
    [
      'a map head that is too long',
      'CTAP2_ERR_INVALID_CBOR',
      concat(code, new Uint8Array([0xb8, 4]), parameters.subarray(1)),
    ],
    [
      'an indefinite map',
      'CTAP2_ERR_INVALID_CBOR',
      concat(code, new Uint8Array([0xbf]), parameters.subarray(1), new Uint8Array([0xff])),
    ],
    ['keys out of order', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xa2, 2, 0, 1, 0]))],
    ['a key twice', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xa2, 1, 0, 1, 0]))],
    ['a tag', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xc1]), parameters)],
    ['a float', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0xf9, 0, 0]))],
    ['five levels', 'CTAP2_ERR_INVALID_CBOR', concat(code, new Uint8Array([0x81, 0x81, 0x81, 0x81, 0x81, 0]))],
  ])('%s -> %s', async (_title, status, message) => {
    const answer = await authenticatorFor().process(message);
    expect(answer).toHaveLength(1);
    expect(statusName(answer[0]!)).toBe(status);
  });

  it('an error inside answers CTAP1_ERR_OTHER and leaves the authenticator usable', async () => {
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

it('with a seed every byte is reproducible, with another none of the secrets are', async () => {
  const run = async (seed: string) => {
    const random = seededRandom(seed);
    const platform = new TestPlatform(authenticatorFor({ random, clock: new AdjustableClock(), pin: '1234' }));
    const transcript: Uint8Array[] = [];
    for (const message of [
      makeCredential,
      messageOf(
        'authenticatorMakeCredential',
        commands.authenticatorMakeCredential.request.encode(
          registration({ pubKeyCredParams: [{ type: 'public-key', alg: -8 }] }),
        ),
      ),
      messageOf(
        'authenticatorClientPIN',
        new Map([
          [1, 2],
          [2, 2],
        ]),
      ),
      messageOf('authenticatorGetInfo'),
    ])
      transcript.push(await platform.authenticator.process(message));
    return transcript.map(toHex);
  };
  const [one, again, other] = [await run('a'), await run('a'), await run('b')];
  expect(again).toEqual(one);
  expect(other.slice(0, 3).some((bytes, index) => bytes === one[index])).toBe(false);
});

it('registrations that are not discoverable leave nothing behind', async () => {
  const authenticator = authenticatorFor();
  for (let count = 0; count < 300; count++) await authenticator.process(makeCredential);
  expect(authenticator.inspect()).toMatchObject({ credentials: [], signCounter: 300 });
});
