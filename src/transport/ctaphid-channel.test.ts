import { describe, expect, test } from 'vitest';
import { concat, fromHex } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { createAuthenticator, ManualGestures, plugInHid, serveTcp, serveUdp } from '#emulator';
import { broadcastChannel, ctapHidCommands, encodeInitResponse, fragment, parsePacket } from '#protocol/ctaphid.ts';
import { openCtapHid } from './ctaphid-channel.ts';
import { openDevice } from './registry.ts';
import type { ReportPipe } from './report-pipe.ts';
import { type DeviceUnderContract, deviceContract } from './testing/device-contract.ts';

const getInfo = new Uint8Array([0x04]);
const selection = new Uint8Array([0x0b]);

function createKey() {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-complete', gestures });
  return { authenticator, touch: () => gestures.touch(), whenWaiting: () => gestures.whenAsked() };
}

deviceContract('CTAPHID in process', async (): Promise<DeviceUnderContract> => {
  const { authenticator, ...gestures } = createKey();
  const cable = plugInHid(authenticator);
  return { device: await openCtapHid(cable), ...gestures, unplug: () => cable.unplug() };
});

for (const [scheme, serve] of Object.entries({ udp: serveUdp, tcp: serveTcp })) {
  deviceContract(`CTAPHID over ${scheme}`, async (): Promise<DeviceUnderContract> => {
    const { authenticator, ...gestures } = createKey();
    const served = await serve(authenticator, { port: 0 });
    const device = await openDevice(served.name);
    const dispose = device[Symbol.asyncDispose].bind(device);
    Object.assign(device, {
      async [Symbol.asyncDispose]() {
        await dispose();
        await served[Symbol.asyncDispose]();
      },
    });
    // A datagram socket does not report that the other side is gone.
    return { device, ...gestures, ...(scheme === 'tcp' && { unplug: () => served.unplug() }) };
  });
}

/** Returns a pipe to a scripted device: `onSent` gets each report and may answer it. */
function createScriptedPipe(onSent: (report: Uint8Array, answer: (...reports: Uint8Array[]) => void) => void) {
  let onReport: (report: Uint8Array) => void = () => undefined;
  const sent: Uint8Array[] = [];
  const pipe: ReportPipe = {
    name: 'scripted:1',
    send(report) {
      sent.push(report);
      onSent(report, (...reports) => queueMicrotask(() => reports.forEach((each) => onReport(each))));
    },
    onReport: (listener) => {
      onReport = listener;
    },
    onClose: () => undefined,
    close: async () => undefined,
  };
  return { pipe, sent };
}

const channel = 0x0a0b0c0d;
const { INIT, CBOR, ERROR, KEEPALIVE, PING, CANCEL } = ctapHidCommands;
const capabilities = { wink: false, cbor: true, nmsg: true };

function encodeInitAnswer(report: Uint8Array, { nonce = report.slice(7, 15), assigned = channel } = {}) {
  const response = { nonce, channel: assigned, protocolVersion: 2, deviceVersion: [1, 2, 3] as const, capabilities };
  return fragment(parsePacket(report).channel, INIT, encodeInitResponse(response));
}

/** Returns a pipe to a device that answers INIT correctly and every other message with `reply`. */
const createDevicePipe = (
  reply: (command: number, answer: (...reports: Uint8Array[]) => void, nth: number) => void,
) => {
  let count = 0;
  return createScriptedPipe((report, answer) => {
    const packet = parsePacket(report);
    if (packet.type !== 'init') return;
    if (packet.command === INIT) answer(...encodeInitAnswer(report));
    else reply(packet.command, answer, ++count);
  });
};

/** Advances `clock` until `outcome` settles. Resolves with its value or error. */
async function advanceUntilSettled(clock: AdjustableClock, outcome: Promise<unknown>): Promise<unknown> {
  const settled = outcome.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  for (let tick = 0; tick < 3_000; tick++) {
    const done = await Promise.race([settled, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
    if (done) return 'error' in done ? done.error : done.value;
    clock.advance(100);
  }
  return 'still waiting';
}

describe('A misbehaving device', () => {
  const paddedReport = (bytes: string) => fromHex(bytes.padEnd(128, '0'));
  test.each([
    ['announces a message longer than the maximum', [paddedReport('0a0b0c0d90ffff00')]],
    ['skips a packet', [paddedReport('0a0b0c0d90020000'), paddedReport('0a0b0c0d01')]],
    ['starts a new message inside its answer', [paddedReport('0a0b0c0d90020000'), paddedReport('0a0b0c0d90020000')]],
    ['answers with another command', fragment(channel, PING, getInfo)],
    ['answers with an error', fragment(channel, ERROR, new Uint8Array([0x01]))],
    ['answers with an error without a code', fragment(channel, ERROR, new Uint8Array(0))],
    ['answers with an unknown error', fragment(channel, ERROR, new Uint8Array([0x99]))],
  ])('that %s fails the message with framing, and works after INIT', async (_what, reports) => {
    const { pipe, sent } = createDevicePipe((_command, answer, nth) =>
      nth === 1 ? answer(...reports) : answer(...fragment(channel, CBOR, new Uint8Array([0]))),
    );
    const device = await openCtapHid(pipe);
    await expect(device.transact(getInfo)).rejects.toMatchObject({ name: 'TransportError', kind: 'framing' });
    expect([...(await device.transact(getInfo))]).toEqual([0]);
    expect(sent.length).toBeGreaterThan(2);
  });

  test('that also sends reports of other channels, partial messages and other lengths is understood', async () => {
    const { pipe } = createDevicePipe((_command, answer) =>
      answer(
        new Uint8Array(63),
        new Uint8Array(0),
        paddedReport('0a0b0c0d05'),
        ...fragment(channel + 1, CBOR, new Uint8Array([9])),
        ...fragment(channel, KEEPALIVE, new Uint8Array(0)),
        ...fragment(channel, CBOR, new Uint8Array([0, 1])),
      ),
    );
    expect([...(await (await openCtapHid(pipe)).transact(getInfo))]).toEqual([0, 1]);
  });

  test('that does not answer times out after three seconds', async () => {
    const clock = new AdjustableClock();
    const { pipe } = createDevicePipe(() => undefined);
    const device = await openCtapHid(pipe, { clock });
    expect(await advanceUntilSettled(clock, device.transact(getInfo))).toMatchObject({ kind: 'timeout' });
  });

  test('that sends only keepalives times out', async () => {
    const clock = new AdjustableClock();
    const { pipe } = createDevicePipe((_command, answer) => {
      const again = () => {
        answer(...fragment(channel, KEEPALIVE, new Uint8Array([1])));
        void clock.sleep(1_000).then(again);
      };
      again();
    });
    const device = await openCtapHid(pipe, { clock });
    expect(await advanceUntilSettled(clock, device.transact(getInfo))).toMatchObject({ kind: 'timeout' });
  });

  test('that ignores CTAPHID_CANCEL times out soon after the cancel', async () => {
    const clock = new AdjustableClock();
    const abort = new AbortController();
    const { pipe, sent } = createDevicePipe((command, answer) => {
      if (command === CBOR) answer(...fragment(channel, KEEPALIVE, new Uint8Array([2])));
    });
    const device = await openCtapHid(pipe, { clock });
    const answer = device.transact(selection, { signal: abort.signal, onKeepalive: () => abort.abort() });
    expect(await advanceUntilSettled(clock, answer)).toMatchObject({ kind: 'timeout' });
    expect(parsePacket(sent.at(-1) ?? new Uint8Array(0))).toMatchObject({
      type: 'init',
      channel,
      command: CANCEL,
      length: 0,
    });
  });

  test.each([
    ['another nonce', (report: Uint8Array) => encodeInitAnswer(report, { nonce: new Uint8Array(8) }), 'timeout'],
    [
      'the broadcast channel',
      (report: Uint8Array) => encodeInitAnswer(report, { assigned: broadcastChannel }),
      'framing',
    ],
    ['too few bytes', (report: Uint8Array) => fragment(broadcastChannel, INIT, report.slice(7, 23)), 'framing'],
    ['no report', () => [], 'timeout'],
  ])('that answers INIT with %s cannot be opened', async (_answer, answers, kind) => {
    const clock = new AdjustableClock();
    const { pipe } = createScriptedPipe((report, answer) => answer(...answers(report)));
    expect(await advanceUntilSettled(clock, openCtapHid(pipe, { clock }))).toMatchObject({
      name: 'TransportError',
      kind,
    });
  });
});

test('A device that has forgotten its channels gets a new one for the next message', async () => {
  const [before, after] = [channel, channel + 1];
  let assigned = before;
  const { pipe } = createScriptedPipe((report, answer) => {
    const packet = parsePacket(report);
    if (packet.type !== 'init') return;
    const isKnown = packet.channel === assigned || (packet.channel === broadcastChannel && packet.command === INIT);
    if (!isKnown) answer(...fragment(packet.channel, ERROR, new Uint8Array([0x0b])));
    else if (packet.command === INIT) answer(...encodeInitAnswer(report, { assigned }));
    else answer(...fragment(packet.channel, CBOR, new Uint8Array([0])));
  });
  const device = await openCtapHid(pipe);
  assigned = after; // the device lost power for a moment
  await expect(device.transact(getInfo)).rejects.toMatchObject({
    kind: 'disconnected',
    message: expect.stringMatching(/lost power or was reset: CTAPHID_CBOR was refused with ERR_INVALID_CHANNEL/),
  });
  expect([...(await device.transact(getInfo))]).toEqual([0]);
});

describe('A busy device', () => {
  const busy = fragment(channel, ERROR, new Uint8Array([0x06]));
  test('gets the message again until it is free', async () => {
    const clock = new AdjustableClock();
    const { pipe } = createDevicePipe((_command, answer, nth) =>
      answer(...(nth < 5 ? busy : fragment(channel, CBOR, new Uint8Array([0])))),
    );
    const device = await openCtapHid(pipe, { clock });
    expect(await advanceUntilSettled(clock, device.transact(getInfo))).toEqual(new Uint8Array([0]));
  });

  test('that stays busy rejects with ERR_CHANNEL_BUSY', async () => {
    const clock = new AdjustableClock();
    const { pipe } = createDevicePipe((_command, answer) => answer(...busy));
    const device = await openCtapHid(pipe, { clock });
    const error = await advanceUntilSettled(clock, device.transact(getInfo));
    expect(error).toMatchObject({ message: 'The device refused CTAPHID_CBOR with ERR_CHANNEL_BUSY' });
  });
});

describe('Two hosts of one key', () => {
  test('both receive INIT answers, and each accepts the answer with its nonce', async () => {
    const otherHost = { nonce: new Uint8Array(8).fill(7), assigned: channel + 1 };
    const { pipe } = createScriptedPipe((report, answer) => {
      const packet = parsePacket(report);
      if (packet.type !== 'init') return;
      if (packet.command !== INIT) return answer(...fragment(packet.channel, CBOR, new Uint8Array([0])));
      answer(...encodeInitAnswer(report, otherHost), ...encodeInitAnswer(report));
    });
    expect([...(await (await openCtapHid(pipe)).transact(getInfo))]).toEqual([0]);
  });

  test.each([['udp', serveUdp] as const, ['tcp', serveTcp] as const])(
    'do not disturb each other over %s',
    async (_scheme, serve) => {
      const { authenticator, touch, whenWaiting } = createKey();
      await using served = await serve(authenticator, { port: 0 });
      await using one = await openDevice(served.name);
      await using other = await openDevice(served.name);
      const waiting = one.transact(selection);
      await whenWaiting();
      const retried = other.transact(getInfo); // busy until the touch
      touch();
      expect([...(await waiting)]).toEqual([0]);
      expect((await retried)[0]).toBe(0);
    },
  );
});

test('messages of one host run one at a time', async () => {
  const { authenticator } = createKey();
  const device = await openCtapHid(plugInHid(authenticator));
  const long = concat(new Uint8Array([0x01]), new Uint8Array(1500));
  const [first, second, third] = await Promise.all([getInfo, long, getInfo].map((each) => device.transact(each)));
  expect(first).toEqual(third);
  expect(second?.[0]).not.toBe(0);
  await expect(device.transact(new Uint8Array(7610))).rejects.toMatchObject({ kind: 'framing' });
});

describe('openDevice', () => {
  test.each(['', 'usb', 'udp:1:2:3', 'tcp:host:99999', 'tcp::5'])(
    'rejects the malformed address %j',
    async (address) => {
      await expect(openDevice(address)).rejects.toMatchObject({ name: 'UsageError' });
    },
  );

  test('rejects an address without a listener', async () => {
    const { authenticator } = createKey();
    const served = await serveTcp(authenticator, { port: 0 });
    await served[Symbol.asyncDispose]();
    await expect(openDevice(served.name)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
