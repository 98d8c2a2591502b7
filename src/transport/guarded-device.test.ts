/** No destructive byte reaches a key whose owner has not named it. What was sent is read from the wire, under the guard. */
import { beforeEach, describe, expect, test } from 'vitest';
import { concat } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { type Authenticator, createAuthenticator, ManualGestures, plugIn } from '#emulator';
import { type CborValue, encode } from '#protocol/cbor.ts';
import { clientPinSubCommands, commands } from '#protocol/commands.ts';
import { generateAgreementKey } from '#protocol/crypto.ts';
import { bioEnrollmentSubCommands, credentialManagementSubCommands } from '#protocol/management.ts';
import { keyAgreementCose } from '#protocol/pin-uv-auth.ts';
import type { WireExchange } from '#result/transcript.ts';
import { Ctap2 } from '../client/ctap2.ts';
import { choosePinUvAuthProtocol, PinUvAuthSession } from '../client/pin-protocol.ts';
import { capture } from './capture.ts';
import { type GuardedDevice, guard, type Permit } from './guarded-device.ts';
import { deviceContract } from './testing/device-contract.ts';

const careful: Permit = { destroyCredentials: false, pinRetriesFloor: 3 };
const named: Permit = { ...careful, destroyCredentials: true };

const message = (code: number, ...entries: [number, CborValue][]) =>
  entries.length === 0 ? new Uint8Array([code]) : concat(new Uint8Array([code]), encode(new Map(entries)));
const bytes = (length: number) => new Uint8Array(length);

const destructive: Record<string, Uint8Array> = {
  reset: message(0x07),
  setPIN: message(0x06, [1, 1], [2, clientPinSubCommands.setPIN], [5, bytes(64)]),
  changePIN: message(0x06, [1, 1], [2, clientPinSubCommands.changePIN], [5, bytes(64)], [6, bytes(16)]),
  'a PIN sub-command of tomorrow': message(0x06, [2, 0x2a]),
  'deleteCredential of another credential': message(
    0x0a,
    [1, credentialManagementSubCommands.deleteCredential],
    [
      2,
      new Map([
        [
          2,
          new Map<string, CborValue>([
            ['id', bytes(16)],
            ['type', 'public-key'],
          ]),
        ],
      ]),
    ],
  ),
  updateUserInformation: message(0x0a, [1, credentialManagementSubCommands.updateUserInformation]),
  'deleteCredential of CTAP 2.1 preview': message(0x41, [1, credentialManagementSubCommands.deleteCredential]),
  authenticatorConfig: message(0x0d, [1, 2]),
  'enrolling a finger': message(0x09, [1, 1], [2, bioEnrollmentSubCommands.enrollBegin]),
  'removing a finger': message(0x40, [1, 1], [2, bioEnrollmentSubCommands.removeEnrollment]),
  'writing large blobs': message(0x0c, [2, bytes(17)], [3, 0], [4, 17]),
  "a vendor's command": message(0x55),
  'a setPIN behind a broken map': concat(new Uint8Array([0x06, 0xa2, 0x02, 0x03, 0x02, 0x01]), bytes(0)),
  'a PIN command that cannot be read': new Uint8Array([0x06, 0xff]),
};

let authenticator: Authenticator;
let wire: WireExchange[];
let device: GuardedDevice;

function plug(permit: Permit, options: { pin?: string; retries?: number } = {}) {
  authenticator = createAuthenticator({ persona: 'touchstone-key', ...options });
  wire = [];
  const record = (exchange: WireExchange) => wire.push(exchange);
  device = guard(capture(plugIn(authenticator), { elapsedMs: () => 0, record }), permit);
}
const sent = () => wire.map(({ command, subCommand }) => subCommand ?? command);

deviceContract('a guarded device', async () => {
  const gestures = new ManualGestures();
  const cable = plugIn(createAuthenticator({ persona: 'touchstone-key', gestures }));
  return {
    // The contract asks for a command that nobody knows.
    device: guard(cable, named),
    touch: () => gestures.touch(),
    whenWaiting: () => gestures.whenAsked(),
    unplug: () => cable.unplug(),
  };
});

describe('without permission', () => {
  beforeEach(() => plug(careful, { pin: '1234' }));

  test.each(Object.entries(destructive))('%s is refused, and nothing is sent', async (_, request) => {
    await expect(device.transact(request)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('its owner has not allowed that'),
    });
    expect(wire).toEqual([]);
    expect(device.refusals).toHaveLength(1);
  });

  test('what leaves the key as it is goes through', async () => {
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

  test('a wrong PIN is tried once', async () => {
    await expect(tryPin('9999')).rejects.toMatchObject({ status: 'CTAP2_ERR_PIN_INVALID' });
    await expect(tryPin('1234')).rejects.toThrow('the PIN was wrong once');
    expect(authenticator.inspect().pinRetries).toBe(7);
  });

  test('a replug does not make a wrong PIN forgotten', async () => {
    await expect(tryPin('9999')).rejects.toMatchObject({ status: 'CTAP2_ERR_PIN_INVALID' });
    device = guard(plugIn(authenticator), careful, device);
    await expect(tryPin('1234')).rejects.toThrow('the PIN was wrong once');
    expect(authenticator.inspect().pinRetries).toBe(7);
  });

  test('what it made itself, it may delete, and only that', async () => {
    const remove = message(
      0x0a,
      [1, credentialManagementSubCommands.deleteCredential],
      [
        2,
        new Map([
          [
            2,
            new Map<string, CborValue>([
              ['id', await make()],
              ['type', 'public-key'],
            ]),
          ],
        ]),
      ],
    );
    expect(device.made).toMatchObject([{ rpId: 'example.com', discoverable: true }]);
    await device.transact(remove);
    expect(sent()).toContain('authenticatorCredentialManagement');
    await expect(device.transact(destructive['deleteCredential of another credential']!)).rejects.toThrow();
  });
});

describe('the floor of the PIN retries', () => {
  test.each([careful, named])('holds, whatever else is permitted (%j)', async (permit) => {
    plug({ ...permit, pinRetriesFloor: 3 }, { pin: '1234', retries: 3 });
    await expect(tryPin('1234')).rejects.toThrow('has 3 PIN retries left');
    expect(sent()).not.toContain('getPinUvAuthTokenUsingPinWithPermissions');
    expect(authenticator.inspect().pinRetries).toBe(3);
  });

  test('with permission wrong PINs are tried down to it, and no further', async () => {
    plug({ ...named, pinRetriesFloor: 6 }, { pin: '1234' });
    for (const pin of ['1111', '2222']) await expect(tryPin(pin)).rejects.toMatchObject({ name: 'CtapError' });
    await expect(tryPin('1234')).rejects.toThrow('has 6 PIN retries left');
    expect(authenticator.inspect().pinRetries).toBe(6);
  });

  test('cannot be passed by two at once', async () => {
    plug({ ...named, pinRetriesFloor: 7 }, { pin: '1234' });
    const attempt = message(
      0x06,
      [1, 1],
      [2, clientPinSubCommands.getPinToken],
      [3, keyAgreementCose(generateAgreementKey(systemRandom))],
      [6, bytes(16)],
    );
    const ends = await Promise.allSettled([attempt, attempt, attempt].map((each) => device.transact(each)));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(authenticator.inspect().pinRetries).toBe(7);
  });
});

test('with permission everything goes to the key', async () => {
  plug(named);
  for (const request of Object.values(destructive)) await device.transact(request);
  expect(wire).toHaveLength(Object.keys(destructive).length);
});

test('every command of the table that changes something is among the refused', () => {
  const harmless = [0x01, 0x02, 0x04, 0x08, 0x0b];
  const refused = new Set(Object.values(destructive).map(([code]) => code));
  for (const { code } of Object.values(commands)) expect(harmless.includes(code) || refused.has(code)).toBe(true);
});

async function session() {
  const ctap = new Ctap2(device, { clock: systemClock });
  const protocol = choosePinUvAuthProtocol(await ctap.getInfo())!;
  return { ctap, session: await PinUvAuthSession.open(ctap, protocol, systemRandom) };
}

async function tryPin(pin: string) {
  return (await session()).session.tokenUsingPin(pin, { permissions: ['mc'], rpId: 'example.com' });
}

/** A discoverable credential, by PIN. */
async function make(): Promise<Uint8Array> {
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
  return device.made[0]!.credentialId;
}
