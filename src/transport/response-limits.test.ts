/** A device that only reports that it is busy: commands without a gesture end after ten seconds, others after three minutes. */
import { describe, expect, test } from 'vitest';
import { fromHex } from '#base/bytes.ts';
import { ManualClock } from '#base/testing/manual-clock.ts';
import { insertCard, plugInHid, serveTcp, serveUdp } from '#emulator';
import { encode } from '#protocol/cbor.ts';
import { clientPinSubCommands, commands } from '#protocol/commands.ts';
import { bioEnrollmentSubCommands } from '#protocol/management.ts';
import { openCtapHid } from './ctaphid-channel.ts';
import type { CtapDevice } from './device.ts';
import { openDevice } from './registry.ts';
import { responseLimitMs, u2fResponseLimitMs } from './response-limits.ts';
import { openSmartCard } from './smart-card-channel.ts';

const message = (command: keyof typeof commands, parameters?: Map<number, number | boolean>) =>
  new Uint8Array([commands[command].code, ...(parameters ? encode(parameters) : [])]);
const clientPin = (subCommand: keyof typeof clientPinSubCommands) =>
  message('authenticatorClientPIN', new Map([[2, clientPinSubCommands[subCommand]]]));
const bioEnrollment = (subCommand: keyof typeof bioEnrollmentSubCommands) =>
  message(
    'authenticatorBioEnrollment',
    new Map([
      [1, 1],
      [2, bioEnrollmentSubCommands[subCommand]],
    ]),
  );
const getInfo = message('authenticatorGetInfo');
const selection = message('authenticatorSelection');

const [short, long] = [10_000, 180_000];

describe('responseLimitMs', () => {
  test.each([
    ['getInfo', getInfo, short],
    ['getNextAssertion', message('authenticatorGetNextAssertion'), short],
    ['getPINRetries', clientPin('getPINRetries'), short],
    ['getUVRetries', clientPin('getUVRetries'), short],
    ['getKeyAgreement', clientPin('getKeyAgreement'), short],
    ['setPIN', clientPin('setPIN'), short],
    ['enumerateCredentials', message('authenticatorCredentialManagement', new Map([[1, 4]])), short],
    ['enumerateEnrollments', bioEnrollment('enumerateEnrollments'), short],
    ['getModality', message('authenticatorBioEnrollment', new Map([[6, true]])), short],
    ['reading large blobs', message('authenticatorLargeBlobs', new Map([[1, 100]])), short],
    ['toggleAlwaysUv', message('authenticatorConfig', new Map([[1, 2]])), short],
    ['makeCredential', message('authenticatorMakeCredential'), long],
    ['getAssertion', message('authenticatorGetAssertion'), long],
    ['selection', selection, long],
    ['reset', message('authenticatorReset'), long],
    ['a token with the PIN, which a key with a display may confirm', clientPin('getPinToken'), long],
    ['a token with the fingerprint', clientPin('getPinUvAuthTokenUsingUvWithPermissions'), long],
    ['enrollBegin', bioEnrollment('enrollBegin'), long],
    ['enrollCaptureNextSample', bioEnrollment('enrollCaptureNextSample'), long],
    ['a configuration command of a vendor', message('authenticatorConfig', new Map([[1, 0xff]])), long],
    ['clientPIN with an unknown subcommand', message('authenticatorClientPIN', new Map([[2, 0x0f]])), long],
    ['clientPIN without parameters', message('authenticatorClientPIN'), long],
    ['an unknown command', new Uint8Array([0x77]), long],
    ['no command', new Uint8Array(0), long],
  ])('%s: %#', (_command, bytes, limit) => {
    expect(responseLimitMs(bytes)).toBe(limit);
  });

  test.each([
    ['U2F_VERSION', '00030000', short],
    ['U2F_AUTHENTICATE, check-only', '00020700', short],
    ['U2F_AUTHENTICATE', '00020300', long],
    ['U2F_REGISTER', '00010000', long],
    ['an unknown instruction', '00400000', long],
    ['an empty message', '', long],
  ])('%s', (_command, apdu, limit) => {
    expect(u2fResponseLimitMs(fromHex(apdu))).toBe(limit);
  });
});

/** An authenticator that starts every command and ends none. */
const createEndlessKey = () => ({
  process: () => new Promise<Uint8Array>(() => undefined),
  powerCycle: () => undefined,
});

/**
 * Sends `message` and moves time forward until the device has failed it. Each step waits for the keepalive that it causes, so that
 * the result does not depend on the speed of the machine. Returns the error and the time that passed.
 */
async function measureFailure(device: CtapDevice, request: Uint8Array, clock: ManualClock, stepMs = 100) {
  const start = clock.monotonic();
  let notify: () => void = () => undefined;
  let failure: unknown;
  const settled = device.transact(request, { onKeepalive: () => notify() }).catch((error: unknown) => {
    failure = error;
  });
  while (failure === undefined && clock.monotonic() - start < 2 * long) {
    const keepalive = new Promise<void>((resolve) => {
      notify = resolve;
    });
    await untilSleeping(clock);
    clock.advance(stepMs);
    await Promise.race([settled, keepalive]);
  }
  return { failure, elapsed: clock.monotonic() - start };
}

/** Resolves when both sides wait for the clock: the host for its limit, the device for its next keepalive. */
async function untilSleeping(clock: ManualClock): Promise<void> {
  while (clock.sleeping < 2) await new Promise(setImmediate);
}

interface OpenedKey {
  device: CtapDevice;
  served?: AsyncDisposable;
}

async function openServed(serve: typeof serveUdp | typeof serveTcp, clock: ManualClock): Promise<OpenedKey> {
  const served = await serve(createEndlessKey(), { port: 0, clock });
  return { served, device: await openDevice(served.name, { clock }) };
}

describe.each<[string, (clock: ManualClock) => Promise<OpenedKey>]>([
  ['CTAPHID', async (clock) => ({ device: await openCtapHid(plugInHid(createEndlessKey(), { clock }), { clock }) })],
  ['UDP', (clock) => openServed(serveUdp, clock)],
  ['TCP', (clock) => openServed(serveTcp, clock)],
])('a key over %s that sends keepalives forever', (_transport, open) => {
  test.each([
    ['getInfo', getInfo, short],
    ['getPINRetries', clientPin('getPINRetries'), short],
    ['selection', selection, long],
  ])('fails %s with a timeout after its limit', async (_command, request, limit) => {
    const clock = new ManualClock();
    const { device, served } = await open(clock);
    const { failure, elapsed } = await measureFailure(device, request, clock);
    expect(failure).toMatchObject({ kind: 'timeout', message: expect.stringMatching(/busy.*does not answer/) });
    expect(elapsed).toBe(limit);
    await device[Symbol.asyncDispose]();
    await served?.[Symbol.asyncDispose]();
  });
});

describe('a card that always reports that it is busy', () => {
  test.each([
    ['getInfo', getInfo, short],
    ['getPINRetries', clientPin('getPINRetries'), short],
    ['selection', selection, long],
  ])('fails %s with a timeout after its limit', async (_command, request, limit) => {
    const clock = new ManualClock();
    let isOpen = false;
    const slot = insertCard(
      {
        process: () => (isOpen ? new Promise<Uint8Array>(() => undefined) : Promise.resolve(new Uint8Array([0, 0xa0]))),
        powerCycle: () => undefined,
      },
      { clock },
    );
    const device = await openSmartCard(slot, { clock });
    isOpen = true;
    let failure: unknown;
    const settled = device.transact(request).catch((error: unknown) => {
      failure = error;
    });
    while (failure === undefined && clock.monotonic() < 2 * long) {
      await new Promise(setImmediate);
      clock.advance(20);
    }
    await settled;
    expect(failure).toMatchObject({ kind: 'timeout', message: expect.stringMatching(/busy.*does not answer/) });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(limit);
    expect(clock.monotonic()).toBeLessThan(limit + 1_000);
  });

  test('that holds its response instead fails getInfo after ten seconds, also when it is opened', async () => {
    const clock = new ManualClock();
    const slot = insertCard(createEndlessKey(), { clock });
    let failure: unknown;
    const opened = openSmartCard(slot, { clock }).catch((error: unknown) => {
      failure = error;
    });
    while (failure === undefined && clock.monotonic() < 2 * long) {
      await new Promise(setImmediate);
      clock.advance(100);
    }
    await opened;
    expect(failure).toMatchObject({ kind: 'timeout' });
    expect(clock.monotonic()).toBeLessThan(short + 1_000);
  });
});
