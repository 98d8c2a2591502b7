/** The vpcd transport with a fake reader. The device contract and the python-fido2 tests use the real reader of pcscd. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fromHex, toHex } from '#base/bytes.ts';
import { splitByLength, withLengthPrefix } from '#protocol/length-prefixed.ts';
import { createAuthenticator, ManualGestures, serveVpcd } from '../index.ts';

const select = '00a4040008a0000006472f000100';

/** The reader's connection to a card. */
class FakeReader {
  readonly #socket: Socket;
  readonly #messages: string[] = [];
  #onMessage: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const onMessage = (message: Uint8Array) => {
      this.#messages.push(toHex(message));
      this.#onMessage();
    };
    socket.on('data', splitByLength(onMessage));
    socket.on('error', () => undefined);
  }

  send(hex: string): void {
    this.#socket.write(withLengthPrefix(fromHex(hex)));
  }

  async transmit(hex: string): Promise<string> {
    this.send(hex);
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.#onMessage = resolve));
    }
  }

  get closed(): Promise<unknown> {
    return once(this.#socket, 'close');
  }

  disconnect(): void {
    this.#socket.destroy();
  }
}

const server = createServer();
let port: number;
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => new Promise<unknown>((resolve) => server.close(resolve)));

const nextReader = async () => new FakeReader(((await once(server, 'connection')) as [Socket])[0]);

async function serveTestKey() {
  const gestures = new ManualGestures();
  const reader = nextReader();
  const served = await serveVpcd(createAuthenticator({ persona: 'touchstone-key', gestures }), { port });
  return { served, gestures, reader: await reader };
}

it('returns the answer to reset and responds to APDUs', async () => {
  const { served, reader } = await serveTestKey();
  expect(served.name).toBe(`vpcd:127.0.0.1:${port}`);
  expect(await reader.transmit('04')).toBe('3b80800101');
  reader.send('01');
  expect(await reader.transmit(select)).toMatch(/9000$/);
  expect(await reader.transmit('80100000010400')).toMatch(/^00a/);
  reader.send('02');
  expect(await reader.transmit('80100000010400'), 'no applet is selected after a reset').toBe('6986');
  const closed = reader.closed;
  await served[Symbol.asyncDispose]();
  await closed;
});

it('closes the connection when the card is removed and connects again when it is inserted', async () => {
  const { served, reader } = await serveTestKey();
  const closed = reader.closed;
  served.unplug();
  await closed;
  expect(served.plugged).toBe(false);
  const again = nextReader();
  served.replug();
  expect(await (await again).transmit(select)).toMatch(/9000$/);
  await served[Symbol.asyncDispose]();
});

it('removes the card when the reader disconnects or sends a command while another one runs', async () => {
  const { served, reader } = await serveTestKey();
  reader.disconnect();
  await expect.poll(() => served.plugged).toBe(false);
  const again = nextReader();
  served.replug();
  const overlapping = await again;
  await overlapping.transmit(select);
  overlapping.send('80100000010b');
  overlapping.send('80100000010b');
  await overlapping.closed;
  expect(served.plugged).toBe(false);
});

it('reports a missing reader with a way to start it', async () => {
  await expect(serveVpcd(createAuthenticator({ persona: 'touchstone-key' }), { port: 1 })).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(/reader at 127\.0\.0\.1:1: .*Start pcscd/),
  });
});
