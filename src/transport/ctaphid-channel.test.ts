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

function key() {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures });
  return { authenticator, touch: () => gestures.touch(), whenWaiting: () => gestures.whenAsked() };
}

deviceContract('CTAPHID in the process', async (): Promise<DeviceUnderContract> => {
  const { authenticator, ...hands } = key();
  const cable = plugInHid(authenticator);
  return { device: await openCtapHid(cable), ...hands, unplug: () => cable.unplug() };
});

for (const [scheme, serve] of Object.entries({ udp: serveUdp, tcp: serveTcp })) {
  deviceContract(`CTAPHID over ${scheme}`, async (): Promise<DeviceUnderContract> => {
    const { authenticator, ...hands } = key();
    const served = await serve(authenticator, { port: 0 });
    const device = await openDevice(served.name);
    const dispose = device[Symbol.asyncDispose].bind(device);
    Object.assign(device, {
      async [Symbol.asyncDispose]() {
        await dispose();
        await served[Symbol.asyncDispose]();
      },
    });
    // A datagram socket does not tell that the other side has gone.
    return { device, ...hands, ...(scheme === 'tcp' && { unplug: () => served.unplug() }) };
  });
}

/** A pipe to a device that a test writes itself: it gets each report and may answer. */
function scripted(onSent: (report: Uint8Array, answer: (...reports: Uint8Array[]) => void) => void) {
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

function initAnswer(report: Uint8Array, { nonce = report.slice(7, 15), gives = channel } = {}) {
  const response = { nonce, channel: gives, protocolVersion: 2, deviceVersion: [1, 2, 3] as const, capabilities };
  return fragment(parsePacket(report).channel, INIT, encodeInitResponse(response));
}

/** A device that answers INIT well and everything else by `reply`. */
const answering = (reply: (command: number, answer: (...reports: Uint8Array[]) => void, nth: number) => void) => {
  let count = 0;
  return scripted((report, answer) => {
    const packet = parsePacket(report);
    if (packet.type !== 'init') return;
    if (packet.command === INIT) answer(...initAnswer(report));
    else reply(packet.command, answer, ++count);
  });
};

/** Lets time pass on `clock` until `outcome` is there. */
async function passing(clock: AdjustableClock, outcome: Promise<unknown>): Promise<unknown> {
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

describe('a hostile device', () => {
  const first = (bytes: string) => fromHex(bytes.padEnd(128, '0'));
  test.each([
    ['announces more than fits', [first('0a0b0c0d90ffff00')]],
    ['skips a packet', [first('0a0b0c0d90020000'), first('0a0b0c0d01')]],
    ['begins again inside its answer', [first('0a0b0c0d90020000'), first('0a0b0c0d90020000')]],
    ['answers another command', fragment(channel, PING, getInfo)],
    ['answers an error', fragment(channel, ERROR, new Uint8Array([0x01]))],
    ['answers an error without a code', fragment(channel, ERROR, new Uint8Array(0))],
    ['answers an error that is none', fragment(channel, ERROR, new Uint8Array([0x99]))],
  ])('that %s ends the message, and INIT brings it back', async (_what, reports) => {
    const { pipe, sent } = answering((_command, answer, nth) =>
      nth === 1 ? answer(...reports) : answer(...fragment(channel, CBOR, new Uint8Array([0]))),
    );
    const device = await openCtapHid(pipe);
    await expect(device.transact(getInfo)).rejects.toMatchObject({ name: 'TransportError', kind: 'framing' });
    expect([...(await device.transact(getInfo))]).toEqual([0]);
    expect(sent.length).toBeGreaterThan(2);
  });

  test('that talks on other channels, in halves and in reports of other lengths is understood', async () => {
    const { pipe } = answering((_command, answer) =>
      answer(
        new Uint8Array(63),
        new Uint8Array(0),
        first('0a0b0c0d05'),
        ...fragment(channel + 1, CBOR, new Uint8Array([9])),
        ...fragment(channel, KEEPALIVE, new Uint8Array(0)),
        ...fragment(channel, CBOR, new Uint8Array([0, 1])),
      ),
    );
    expect([...(await (await openCtapHid(pipe)).transact(getInfo))]).toEqual([0, 1]);
  });

  test('that says nothing is given up after three seconds', async () => {
    const clock = new AdjustableClock();
    const { pipe } = answering(() => undefined);
    const device = await openCtapHid(pipe, { clock });
    expect(await passing(clock, device.transact(getInfo))).toMatchObject({ kind: 'timeout' });
  });

  test('that sends keepalives for ever is given up too', async () => {
    const clock = new AdjustableClock();
    const { pipe } = answering((_command, answer) => {
      const again = () => {
        answer(...fragment(channel, KEEPALIVE, new Uint8Array([1])));
        void clock.sleep(1_000).then(again);
      };
      again();
    });
    const device = await openCtapHid(pipe, { clock });
    expect(await passing(clock, device.transact(getInfo))).toMatchObject({ kind: 'timeout' });
  });

  test('that does not heed CTAPHID_CANCEL is given up soon', async () => {
    const clock = new AdjustableClock();
    const abort = new AbortController();
    const { pipe, sent } = answering((command, answer) => {
      if (command === CBOR) answer(...fragment(channel, KEEPALIVE, new Uint8Array([2])));
    });
    const device = await openCtapHid(pipe, { clock });
    const answer = device.transact(selection, { signal: abort.signal, onKeepalive: () => abort.abort() });
    expect(await passing(clock, answer)).toMatchObject({ kind: 'timeout' });
    expect(parsePacket(sent.at(-1)!)).toMatchObject({ type: 'init', channel, command: CANCEL, length: 0 });
  });

  test.each([
    ['another nonce', (report: Uint8Array) => initAnswer(report, { nonce: new Uint8Array(8) }), 'timeout'],
    ['the broadcast channel', (report: Uint8Array) => initAnswer(report, { gives: broadcastChannel }), 'framing'],
    ['too little', (report: Uint8Array) => fragment(broadcastChannel, INIT, report.slice(7, 23)), 'framing'],
    ['nothing', () => [], 'timeout'],
  ])('that answers INIT with %s is not opened', async (_what, answers, kind) => {
    const clock = new AdjustableClock();
    const { pipe } = scripted((report, answer) => answer(...answers(report)));
    expect(await passing(clock, openCtapHid(pipe, { clock }))).toMatchObject({ name: 'TransportError', kind });
  });
});

describe('a busy device', () => {
  const busy = fragment(channel, ERROR, new Uint8Array([0x06]));
  test('is asked again until it is free', async () => {
    const clock = new AdjustableClock();
    const { pipe } = answering((_command, answer, nth) =>
      answer(...(nth < 5 ? busy : fragment(channel, CBOR, new Uint8Array([0])))),
    );
    const device = await openCtapHid(pipe, { clock });
    expect(await passing(clock, device.transact(getInfo))).toEqual(new Uint8Array([0]));
  });

  test('for ever is told so', async () => {
    const clock = new AdjustableClock();
    const { pipe } = answering((_command, answer) => answer(...busy));
    const device = await openCtapHid(pipe, { clock });
    const error = await passing(clock, device.transact(getInfo));
    expect(error).toMatchObject({ message: 'CTAPHID_CBOR was refused with ERR_CHANNEL_BUSY' });
  });
});

describe('two hosts on one key', () => {
  test('both hear the answers to INIT, and each takes its own', async () => {
    const others = { nonce: new Uint8Array(8).fill(7), gives: channel + 1 };
    const { pipe } = scripted((report, answer) => {
      const packet = parsePacket(report);
      if (packet.type !== 'init') return;
      if (packet.command !== INIT) return answer(...fragment(packet.channel, CBOR, new Uint8Array([0])));
      answer(...initAnswer(report, others), ...initAnswer(report));
    });
    expect([...(await (await openCtapHid(pipe)).transact(getInfo))]).toEqual([0]);
  });

  test.each([['udp', serveUdp] as const, ['tcp', serveTcp] as const])('over %s keep apart', async (_scheme, serve) => {
    const { authenticator, touch, whenWaiting } = key();
    await using served = await serve(authenticator, { port: 0 });
    await using one = await openDevice(served.name);
    await using other = await openDevice(served.name);
    const waiting = one.transact(selection);
    await whenWaiting();
    const patient = other.transact(getInfo); // busy until the touch
    touch();
    expect([...(await waiting)]).toEqual([0]);
    expect((await patient)[0]).toBe(0);
  });
});

test('messages of one host wait their turn', async () => {
  const { authenticator } = key();
  const device = await openCtapHid(plugInHid(authenticator));
  const long = concat(new Uint8Array([0x01]), new Uint8Array(1500));
  const [first, second, third] = await Promise.all([getInfo, long, getInfo].map((each) => device.transact(each)));
  expect(first).toEqual(third);
  expect(second![0]).not.toBe(0);
  await expect(device.transact(new Uint8Array(7610))).rejects.toMatchObject({ kind: 'framing' });
});

describe('an address', () => {
  test.each(['', 'usb', 'udp:1:2:3', 'tcp:host:99999', 'tcp::5'])(
    '%j is refused with what is wanted',
    async (address) => {
      await expect(openDevice(address)).rejects.toMatchObject({ name: 'UsageError' });
    },
  );

  test('where nobody listens cannot be opened', async () => {
    const { authenticator } = key();
    const served = await serveTcp(authenticator, { port: 0 });
    await served[Symbol.asyncDispose]();
    await expect(openDevice(served.name)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
