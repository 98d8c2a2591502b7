/** U2F messages, and the use of credentials by both U2F and CTAP2. */
import { describe, expect, it } from 'vitest';
import { concat, toHex, uint, utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { defined } from '#base/testing/defined.ts';
import { createCoseKey } from '#protocol/cose.ts';
import { sha256, verifySignature } from '#protocol/crypto.ts';
import { createAuthenticator, neverTouch } from '../index.ts';
import { ManagementPlatform } from '../testing/management-platform.ts';
import { clientDataHash as challenge, rpId } from '../testing/test-platform.ts';

const application = sha256(rpId);
const apdu = (ins: number, data: Uint8Array = new Uint8Array(0), p1 = 0) =>
  data.length === 0
    ? new Uint8Array([0, ins, p1, 0, 0, 0, 0])
    : concat(new Uint8Array([0, ins, p1, 0, 0]), uint(data.length, 2), data, new Uint8Array(2));
const authenticate = (keyHandle: Uint8Array, p1 = 3, app = application) =>
  apdu(2, concat(challenge, app, uint(keyHandle.length, 1), keyHandle), p1);

class U2fHost extends ManagementPlatform {
  async u2f(message: Uint8Array) {
    const answer = await defined(this.authenticator.processU2f)(message);
    return { sw: toHex(answer.subarray(-2)), data: answer.slice(0, -2) };
  }

  async register() {
    const { sw, data } = await this.u2f(apdu(1, concat(challenge, application)));
    const publicKey = data.slice(1, 66);
    const keyHandle = data.slice(67, 67 + (data[66] ?? 0));
    return {
      sw,
      data,
      keyHandle,
      publicKey: createCoseKey({ alg: -7, kty: 2, crv: 1, x: publicKey.slice(1, 33), y: publicKey.slice(33) }),
    };
  }
}
const host = (options: Parameters<typeof ManagementPlatform.of>[0] = {}) =>
  new U2fHost(createAuthenticator({ persona: 'touchstone-complete', ...options }));

it('returns the version', async () => {
  expect(await host().u2f(apdu(3))).toEqual({ sw: '9000', data: utf8('U2F_V2') });
});

it('registers, then authenticates with user presence and an increasing counter', async () => {
  const platform = host();
  const { sw, data, keyHandle, publicKey } = await platform.register();
  expect([sw, data[0]]).toEqual(['9000', 5]);
  const [one, two] = [await platform.u2f(authenticate(keyHandle)), await platform.u2f(authenticate(keyHandle))];
  expect([one.sw, one.data[0]]).toEqual(['9000', 1]);
  expect(toHex(two.data.slice(1, 5)) > toHex(one.data.slice(1, 5))).toBe(true);
  const signed = concat(application, one.data.slice(0, 5), challenge);
  expect(verifySignature(publicKey, signed, one.data.slice(5))).toBe(true);
});

it('check-only recognizes its key handles, dont-enforce signs without a touch', async () => {
  const platform = host();
  const { keyHandle } = await platform.register();
  expect((await platform.u2f(authenticate(keyHandle, 7))).sw).toBe('6985');
  expect((await platform.u2f(authenticate(new Uint8Array(64), 7))).sw).toBe('6a80');
  expect((await platform.u2f(authenticate(keyHandle, 7, sha256('other')))).sw).toBe('6a80');
  const silent = await platform.u2f(authenticate(keyHandle, 8));
  expect([silent.sw, silent.data[0]]).toEqual(['9000', 0]);
});

it('reports a missing touch after a short wait', async () => {
  const clock = new AdjustableClock();
  const platform = host({ clock, gestures: neverTouch });
  const answer = platform.u2f(apdu(1, concat(challenge, application)));
  for (let step = 0; step < 3; step++) {
    await Promise.resolve();
    clock.advance(100);
    await new Promise(setImmediate);
  }
  expect((await answer).sw).toBe('6985');
});

it.each<[string, string, Uint8Array]>([
  ['no bytes', '6700', new Uint8Array(0)],
  ['three bytes', '6700', new Uint8Array(3)],
  ['another class', '6e00', new Uint8Array([0x80, 3, 0, 0])],
  ['an unknown instruction', '6d00', apdu(0x40)],
  ['a version request with data', '6700', apdu(3, new Uint8Array(1))],
  ['a registration of 63 bytes', '6700', apdu(1, new Uint8Array(63))],
  ['an Lc greater than the data', '6700', new Uint8Array([0, 1, 0, 0, 0, 0, 64, 1, 2])],
  ['an Lc of one byte', '6700', new Uint8Array([0, 1, 0, 0, 64, 1, 2])],
  [
    'a key handle shorter than its length byte',
    '6700',
    apdu(2, concat(new Uint8Array(64), uint(9, 1), new Uint8Array(8)), 3),
  ],
  ['an unknown control byte', '6a80', authenticate(new Uint8Array(64), 5)],
])('an APDU with %s answers %s', async (_title, sw, message) => {
  expect((await host().u2f(message)).sw).toBe(sw);
});

it('accepts the version request with short lengths', async () => {
  expect((await host().u2f(new Uint8Array([0, 3, 0, 0]))).sw).toBe('9000');
  expect((await host().u2f(new Uint8Array([0, 3, 0, 0, 0]))).sw).toBe('9000');
});

describe('U2F and CTAP2', () => {
  it('getAssertion uses a key that U2F registered, also with up: false', async () => {
    const platform = host();
    const { keyHandle, publicKey } = await platform.register();
    const allowList = [{ id: keyHandle, type: 'public-key' }];
    const probe = await platform.getAssertion({ allowList, options: { up: false } });
    expect([probe.status, (probe.response.authData[32] ?? 0) & 1]).toEqual(['CTAP2_OK', 0]);
    const { response } = await platform.getAssertion({ allowList });
    expect(verifySignature(publicKey, concat(response.authData, challenge), response.signature)).toBe(true);
    expect((await platform.makeCredential({ excludeList: allowList })).status).toBe('CTAP2_ERR_CREDENTIAL_EXCLUDED');
  });

  it.each([
    ['not discoverable', {}, '9000'],
    ['discoverable', { options: { rk: true } }, '6a80'],
    ['with credProtect 3', { extensions: { credProtect: 3 } }, '6a80'],
    ['with EdDSA', { pubKeyCredParams: [{ type: 'public-key', alg: -8 }] }, '6a80'],
  ])('U2F_AUTHENTICATE with a CTAP2 credential, %s, answers $2', async (_title, changes, sw) => {
    const platform = host({ uvEnrolled: false });
    const { response } = await platform.makeCredential(changes);
    const id = response.authData.slice(55, 55 + (response.authData[54] ?? 0));
    expect((await platform.u2f(authenticate(id))).sw).toBe(sw);
  });

  it('alwaysUv disables U2F', async () => {
    const platform = host({ pin: '4862' });
    expect(await platform.configure('toggleAlwaysUv')).toBe('CTAP2_OK');
    expect((await platform.u2f(apdu(1, concat(challenge, application)))).sw).toBe('6986');
    expect((await platform.u2f(apdu(3))).sw).toBe('6986');
  });

  it('a U2F command ends getNextAssertion', async () => {
    const platform = host({ uvEnrolled: false });
    for (const name of ['a', 'b']) await platform.makeCredential({ user: { id: utf8(name) }, options: { rk: true } });
    expect((await platform.getAssertion()).response.numberOfCredentials).toBe(2);
    await platform.u2f(apdu(3));
    expect((await platform.send('authenticatorGetNextAssertion')).status).toBe('CTAP2_ERR_NOT_ALLOWED');
  });
});

it('a persona without U2F has no processU2f', () => {
  expect(createAuthenticator({ persona: 'touchstone-key' }).processU2f).toBeUndefined();
});
