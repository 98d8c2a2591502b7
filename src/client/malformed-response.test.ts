/** Responses that violate the protocol: each is refused with its rule, and none makes the client hang or crash. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { createCoseKey } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { ProtocolViolation, WebAuthnError } from '#protocol/errors.ts';
import type { CtapDevice } from '#transport/device.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import {
  authenticatorDataWith,
  createFakeDevice,
  createScriptedDevice,
  credentialPublicKey,
  encodeResponse,
  makeCredentialResponse,
  minimalInfo,
} from './testing/scripted-device.ts';
import { asSecurityKey, catchRejection, createTestClient, creationOptions, rpId } from './testing/test-client.ts';

describe('create() refuses a makeCredential response with', () => {
  const cases: [string, Uint8Array, string][] = [
    ['no bytes', new Uint8Array(), 'response.empty'],
    ['a status but no body', new Uint8Array([0]), 'response.members'],
    ['a body that is not a map', new Uint8Array([0, 0x80]), 'response.members'],
    ['trailing bytes', new Uint8Array([...makeCredentialResponse(), 0]), 'cbor.trailing'],
    ['missing bytes at the end', makeCredentialResponse().slice(0, -3), 'cbor.truncated'],
    ['keys out of order', new Uint8Array([0, 0xa2, 2, 0x40, 1, 0x60]), 'cbor.unsorted'],
    ['authenticator data that is too short', makeCredentialResponse(new Uint8Array(36)), 'authdata.length'],
    [
      'the hash of another RP ID',
      makeCredentialResponse(authenticatorDataWith({ rpIdHash: new Uint8Array(32) })),
      'response.rp-id-hash',
    ],
    ['no user present flag', makeCredentialResponse(authenticatorDataWith({ flags: 0 })), 'response.user-present'],
    [
      'no credential',
      makeCredentialResponse(authenticatorDataWith({ attestedCredentialData: undefined })),
      'response.attested-credential-data',
    ],
    [
      'an empty credential id',
      makeCredentialResponse(
        authenticatorDataWith({
          attestedCredentialData: {
            aaguid: new Uint8Array(16),
            credentialId: new Uint8Array(0),
            credentialPublicKey: encode(credentialPublicKey),
          },
        }),
      ),
      'response.credential-id',
    ],
    [
      'an algorithm that was not requested',
      makeCredentialResponse(
        authenticatorDataWith({
          attestedCredentialData: {
            aaguid: new Uint8Array(16),
            credentialId: new Uint8Array(1),
            credentialPublicKey: encode(createCoseKey({ alg: -8, kty: 1, crv: 6, x: new Uint8Array(32) })),
          },
        }),
      ),
      'response.algorithm',
    ],
    [
      'a public key with a coordinate that is too short',
      makeCredentialResponse(
        authenticatorDataWith({
          attestedCredentialData: {
            aaguid: new Uint8Array(16),
            credentialId: new Uint8Array(1),
            credentialPublicKey: encode(
              createCoseKey({ alg: -7, kty: 2, crv: 1, x: new Uint8Array(31), y: new Uint8Array(32) }),
            ),
          },
        }),
      ),
      'cose.x',
    ],
  ];
  test.each(cases)('%s', async (_case, response, rule) => {
    const device = createScriptedDevice({ makeCredential: () => response });
    const { context, informed } = createTestClient([asSecurityKey(device)]);
    const error = await catchRejection(create(creationOptions(), context));
    expect(error).toMatchObject({ name: 'NotAllowedError', cause: expect.any(ProtocolViolation) });
    expect(error).toMatchObject({ cause: { rule } });
    expect(informed).toEqual(['device-error']);
  });

  test('no user verified flag after the user was verified', async () => {
    const device = createScriptedDevice({
      info: { options: { rk: true, uv: true } },
      makeCredential: () => makeCredentialResponse(),
    });
    const options = creationOptions({ authenticatorSelection: { userVerification: 'required' } });
    const error = await catchRejection(create(options, createTestClient([asSecurityKey(device)]).context));
    expect(error).toMatchObject({ cause: { rule: 'response.user-verified' } });
  });
});

describe('create() and get() always end with a result or a WebAuthnError', () => {
  /** Creates a device with a valid getInfo response; every later response comes from `bytes`. */
  const createHostileDevice = (bytes: () => Uint8Array) => {
    let first = true;
    return createFakeDevice(async () => {
      if (!first) return bytes();
      first = false;
      return encodeResponse('authenticatorGetInfo', {
        ...minimalInfo,
        options: { rk: true, clientPin: true, uv: true, pinUvAuthToken: true },
        pinUvAuthProtocols: [2, 1],
        extensions: ['hmac-secret', 'credProtect'],
        maxCredentialCountInList: 2,
      });
    });
  };
  const extensions = { prf: { eval: { first: 'AAAA' } } };
  const excludeCredentials = Array.from({ length: 5 }, (_, index) => ({ type: 'public-key', id: `AAA${index}` }));

  async function expectProperEnd(device: CtapDevice) {
    const answers = { pin: ['1234', '1234', '1234'] };
    const selection = { userVerification: 'preferred' };
    const creation = create(
      creationOptions({ extensions, excludeCredentials, authenticatorSelection: selection }),
      createTestClient([asSecurityKey(device)], answers).context,
    );
    const request = get(
      { challenge: 'AAAA', rpId, extensions, allowCredentials: excludeCredentials },
      createTestClient([asSecurityKey(device)], answers).context,
    );
    for (const outcome of await Promise.allSettled([creation, request])) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WebAuthnError);
    }
  }

  test('when the device sends random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 6 }),
        async (responses) => {
          let next = 0;
          await expectProperEnd(createFakeDevice(async () => responses[next++ % responses.length] ?? new Uint8Array()));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('when the device sends arbitrary well-formed CBOR after a valid getInfo', async () => {
    const value: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array({ maxLength: 64 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc
          .array(fc.tuple(fc.integer({ min: 0, max: 11 }), tie('value')), { maxLength: 5 })
          .map((entries) => new Map(entries)),
      ),
    })).value;
    const response = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 8 }), value), { maxLength: 6 })
      .map((entries) => new Uint8Array([0, ...encode(new Map(entries))]));
    await fc.assert(
      fc.asyncProperty(fc.array(response, { minLength: 1, maxLength: 4 }), async (responses) => {
        let next = 0;
        await expectProperEnd(createHostileDevice(() => responses[next++ % responses.length] ?? new Uint8Array()));
      }),
      { numRuns: 200 },
    );
  });

  test('when a valid response has one byte changed or its end missing', async () => {
    const valid = makeCredentialResponse();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(valid.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (at, byte, cut) => {
          const response = cut ? valid.slice(0, at) : valid.with(at, byte);
          const device = createScriptedDevice({ makeCredential: () => response });
          const [outcome] = await Promise.allSettled([
            create(creationOptions(), createTestClient([asSecurityKey(device)]).context),
          ]);
          if (outcome?.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WebAuthnError);
          if (cut) expect(outcome?.status).toBe('rejected');
        },
      ),
      { numRuns: 300 },
    );
  });

  test('when the device reports an impossible number of accounts', async () => {
    const credential = { id: new Uint8Array(4), type: 'public-key' };
    const authData = encodeAuthenticatorData({ rpIdHash: sha256(rpId), flags: flag.UP, signCount: 0 });
    const assertion = { credential, authData, signature: new Uint8Array(8), numberOfCredentials: 2 ** 40 };
    const device = createScriptedDevice({ getAssertion: () => encodeResponse('authenticatorGetAssertion', assertion) });
    const error = await catchRejection(
      get({ challenge: 'AAAA', rpId }, createTestClient([asSecurityKey(device)]).context),
    );
    expect(error).toMatchObject({ cause: { rule: 'response.numberOfCredentials' } });
  });
});
