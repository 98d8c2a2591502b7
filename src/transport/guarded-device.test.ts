/** Checks on the wire behind the guard that no destructive message reaches a key without permission. */
import { beforeEach, describe, expect, test } from 'vitest';
import { concat } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { defined } from '#base/testing/defined.ts';
import { type Authenticator, createAuthenticator, ManualGestures, plugIn } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { clientPinSubCommands, commands } from '#protocol/commands.ts';
import { generateAgreementKey } from '#protocol/crypto.ts';
import { bioEnrollmentSubCommands, credentialManagementSubCommands } from '#protocol/management.ts';
import { encodeKeyAgreementKey } from '#protocol/pin-uv-auth.ts';
import type { WireExchange } from '#result/transcript.ts';
import { Ctap2 } from '../client/ctap2.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession } from '../client/pin-protocol.ts';
import { capture } from './capture.ts';
import { type GuardedDevice, type GuardPolicy, guard } from './guarded-device.ts';
import { deviceContract } from './testing/device-contract.ts';

const withoutPermission: GuardPolicy = { destroyCredentials: false, pinRetriesFloor: 3 };
const withPermission: GuardPolicy = { ...withoutPermission, destroyCredentials: true };

const message = (code: number, ...entries: [number, CborValue][]) =>
  entries.length === 0 ? new Uint8Array([code]) : concat(new Uint8Array([code]), encode(new Map(entries)));
const bytes = (length: number) => new Uint8Array(length);

/** authenticatorCredentialManagement deleteCredential, CTAP 2.1 section 6.8.5. */
const deleteCredential = (id: Uint8Array) => {
  const descriptor = new Map<string, CborValue>([
    ['id', id],
    ['type', 'public-key'],
  ]);
  return message(0x0a, [1, credentialManagementSubCommands.deleteCredential], [2, new Map([[2, descriptor]])]);
};
const deleteOfAnotherCredential = deleteCredential(bytes(16));

const destructive: Record<string, Uint8Array> = {
  reset: message(0x07),
  setPIN: message(0x06, [1, 1], [2, clientPinSubCommands.setPIN], [5, bytes(64)]),
  changePIN: message(0x06, [1, 1], [2, clientPinSubCommands.changePIN], [5, bytes(64)], [6, bytes(16)]),
  'an unknown PIN sub-command': message(0x06, [2, 0x2a]),
  'deleteCredential of another credential': deleteOfAnotherCredential,
  updateUserInformation: message(0x0a, [1, credentialManagementSubCommands.updateUserInformation]),
  'deleteCredential of the CTAP 2.1 preview': message(0x41, [1, credentialManagementSubCommands.deleteCredential]),
  authenticatorConfig: message(0x0d, [1, 2]),
  'enrolling a finger': message(0x09, [1, 1], [2, bioEnrollmentSubCommands.enrollBegin]),
  'removing a finger': message(0x40, [1, 1], [2, bioEnrollmentSubCommands.removeEnrollment]),
  'writing large blobs': message(0x0c, [2, bytes(17)], [3, 0], [4, 17]),
  'a vendor command': message(0x55),
  'setPIN in a malformed map': concat(new Uint8Array([0x06, 0xa2, 0x02, 0x03, 0x02, 0x01]), bytes(0)),
  'a PIN command that cannot be decoded': new Uint8Array([0x06, 0xff]),
};

let authenticator: Authenticator;
let wire: WireExchange[];
let device: GuardedDevice;

function plugInGuarded(policy: GuardPolicy, options: { pin?: string; retries?: number } = {}) {
  authenticator = createAuthenticator({ persona: 'touchstone-key', ...options });
  wire = [];
  const record = (exchange: WireExchange) => wire.push(exchange);
  device = guard(capture(plugIn(authenticator), { elapsedMs: () => 0, record }), policy);
}
const sentCommands = () => wire.map(({ command, subCommand }) => subCommand ?? command);

deviceContract('Guarded device', async () => {
  const gestures = new ManualGestures();
  const cable = plugIn(createAuthenticator({ persona: 'touchstone-complete', gestures }));
  return {
    // The contract sends an unknown command, which is refused without permission.
    device: guard(cable, withPermission),
    touch: () => gestures.touch(),
    whenWaiting: () => gestures.whenAsked(),
    unplug: () => cable.unplug(),
  };
});

describe('A guarded device without permission', () => {
  beforeEach(() => plugInGuarded(withoutPermission, { pin: '1234' }));

  test.each(Object.entries(destructive))('refuses %s and sends nothing', async (_, request) => {
    await expect(device.transact(request)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('which is not allowed for this key'),
    });
    expect(wire).toEqual([]);
    expect(device.refusals).toHaveLength(1);
  });

  test('sends messages that change nothing', async () => {
    const harmless = [
      message(0x04),
      message(0x06, [1, 1], [2, clientPinSubCommands.getPINRetries]),
      message(0x06, [1, 1], [2, clientPinSubCommands.getKeyAgreement]),
      message(0x0a, [1, credentialManagementSubCommands.getCredsMetadata]),
      message(0x09, [6, true]),
      message(0x0c, [1, 17], [3, 0]),
    ];
    for (const request of harmless) await device.transact(request);
    expect(wire).toHaveLength(harmless.length);
    expect(device.refusals).toEqual([]);
  });

  test('sends U2F commands, but none whose effect is unknown', async () => {
    const plugged = plugIn(createAuthenticator({ persona: 'touchstone-complete' }));
    const send = (ins: number, policy: GuardPolicy) =>
      defined(guard(plugged, policy).transactU2f)(new Uint8Array([0, ins, 0, 0, 0, 0, 0]));
    expect((await send(3, withoutPermission)).subarray(-2)).toEqual(new Uint8Array([0x90, 0]));
    await expect(send(0x40, withoutPermission)).rejects.toThrow('the effect of this U2F command is unknown');
    expect((await send(0x40, withPermission)).subarray(-2)).toEqual(new Uint8Array([0x6d, 0]));
  });

  test('refuses a second PIN after a wrong one', async () => {
    await expect(tryPin('9999')).rejects.toMatchObject({ status: 'CTAP2_ERR_PIN_INVALID' });
    await expect(tryPin('1234')).rejects.toThrow('a PIN was wrong before');
    expect(authenticator.inspect().pinRetries).toBe(7);
  });

  test('refuses a second PIN also after the key was plugged in again', async () => {
    await expect(tryPin('9999')).rejects.toMatchObject({ status: 'CTAP2_ERR_PIN_INVALID' });
    device = guard(plugIn(authenticator), withoutPermission, device);
    await expect(tryPin('1234')).rejects.toThrow('a PIN was wrong before');
    expect(authenticator.inspect().pinRetries).toBe(7);
  });

  test('allows deleting only credentials created through it', async () => {
    const deleteCreated = deleteCredential(await createCredential());
    expect(device.createdCredentials).toMatchObject([{ rpId: 'example.com', discoverable: true }]);
    await device.transact(deleteCreated);
    expect(sentCommands()).toContain('authenticatorCredentialManagement');
    await expect(device.transact(deleteOfAnotherCredential)).rejects.toThrow();
  });
});

describe('The PIN retries floor', () => {
  test.each([withoutPermission, withPermission])('applies with and without permission (%j)', async (policy) => {
    plugInGuarded({ ...policy, pinRetriesFloor: 3 }, { pin: '1234', retries: 3 });
    await expect(tryPin('1234')).rejects.toThrow('has 3 PIN retries left');
    expect(sentCommands()).not.toContain('getPinUvAuthTokenUsingPinWithPermissions');
    expect(authenticator.inspect().pinRetries).toBe(3);
  });

  test('allows wrong PINs down to the floor with permission', async () => {
    plugInGuarded({ ...withPermission, pinRetriesFloor: 6 }, { pin: '1234' });
    for (const pin of ['1111', '2222']) await expect(tryPin(pin)).rejects.toMatchObject({ name: 'CtapError' });
    await expect(tryPin('1234')).rejects.toThrow('has 6 PIN retries left');
    expect(authenticator.inspect().pinRetries).toBe(6);
  });

  test('cannot be bypassed by concurrent attempts', async () => {
    plugInGuarded({ ...withPermission, pinRetriesFloor: 7 }, { pin: '1234' });
    const attempt = message(
      0x06,
      [1, 1],
      [2, clientPinSubCommands.getPinToken],
      [3, encodeKeyAgreementKey(generateAgreementKey(systemRandom))],
      [6, bytes(16)],
    );
    const outcomes = await Promise.allSettled([attempt, attempt, attempt].map((each) => device.transact(each)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(authenticator.inspect().pinRetries).toBe(7);
  });
});

test('A guarded device with permission sends every message', async () => {
  plugInGuarded(withPermission);
  for (const request of Object.values(destructive)) await device.transact(request);
  expect(wire).toHaveLength(Object.keys(destructive).length);
});

test('every command that is not harmless is tested as refused', () => {
  const harmless = [0x01, 0x02, 0x04, 0x08, 0x0b];
  const refused = new Set(Object.values(destructive).map(([code]) => code));
  for (const { code } of Object.values(commands)) expect(harmless.includes(code) || refused.has(code)).toBe(true);
});

async function openPinSession() {
  const ctap = new Ctap2(device, { clock: systemClock });
  const protocol = choosePinUvAuthProtocol(await ctap.getInfo());
  if (!protocol) throw new Error('No common PIN/UV auth protocol');
  return { ctap, session: await PinUvAuthSession.open(ctap, protocol, systemRandom) };
}

async function tryPin(pin: string) {
  return (await openPinSession()).session.tokenUsingPin(pin, { permissions: ['mc'], rpId: 'example.com' });
}

/** Creates a discoverable credential with PIN 1234. Returns its id. */
async function createCredential(): Promise<Uint8Array> {
  const { protocol, token } = await tryPin('1234');
  const clientDataHash = bytes(32);
  await new Ctap2(device, { clock: systemClock }).send('authenticatorMakeCredential', {
    clientDataHash,
    rp: { id: 'example.com', name: 'Example' },
    user: { id: bytes(8), name: 'alice', displayName: 'Alice' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    options: { rk: true },
    pinUvAuthParam: protocol.authenticate(token, clientDataHash),
    pinUvAuthProtocol: protocol.version,
  });
  const [created] = device.createdCredentials;
  if (!created) throw new Error('The guard recorded no credential');
  return created.credentialId;
}
