/** A key on a virtual reader that the test plays itself. The real one, behind pcscd, is in the contract and interop tests. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fromHex, toHex } from '#base/bytes.ts';
import { cutByLength, withLength } from '#protocol/length-prefixed.ts';
import { createAuthenticator, ManualGestures, serveVpcd } from '../index.ts';

const select = '00a4040008a0000006472f000100';

/** The reader's end of one card. */
class Reader {
  readonly #socket: Socket;
  readonly #messages: string[] = [];
  #heard: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const onMessage = (message: Uint8Array) => {
      this.#messages.push(toHex(message));
      this.#heard();
    };
    socket.on('data', cutByLength(onMessage));
    socket.on('error', () => undefined);
  }

  send(hex: string): void {
    this.#socket.write(withLength(fromHex(hex)));
  }

  async ask(hex: string): Promise<string> {
    this.send(hex);
    while (this.#messages.length === 0) await new Promise<void>((resolve) => (this.#heard = resolve));
    return this.#messages.shift()!;
  }

  get closed(): Promise<unknown> {
    return once(this.#socket, 'close');
  }

  leave(): void {
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

const nextReader = async () => new Reader(((await once(server, 'connection')) as [Socket])[0]);

async function lying() {
  const gestures = new ManualGestures();
  const reader = nextReader();
  const served = await serveVpcd(createAuthenticator({ persona: 'touchstone-key', gestures }), { port });
  return { served, gestures, reader: await reader };
}

it('shows its answer to reset, and answers APDUs', async () => {
  const { served, reader } = await lying();
  expect(served.name).toBe(`vpcd:127.0.0.1:${port}`);
  expect(await reader.ask('04')).toBe('3b80800101');
  reader.send('01');
  expect(await reader.ask(select)).toMatch(/9000$/);
  expect(await reader.ask('80100000010400')).toMatch(/^00a/);
  reader.send('02');
  expect(await reader.ask('80100000010400'), 'a reset card has nothing selected').toBe('6986');
  const closed = reader.closed;
  await served[Symbol.asyncDispose]();
  await closed;
});

it('taken away it hangs up, put back it connects anew', async () => {
  const { served, reader } = await lying();
  const closed = reader.closed;
  served.unplug();
  await closed;
  expect(served.plugged).toBe(false);
  const again = nextReader();
  served.replug();
  expect(await (await again).ask(select)).toMatch(/9000$/);
  await served[Symbol.asyncDispose]();
});

it('a reader that goes, or speaks while a command is at work, has lost the card', async () => {
  const { served, reader } = await lying();
  reader.leave();
  await expect.poll(() => served.plugged).toBe(false);
  const again = nextReader();
  served.replug();
  const rude = await again;
  await rude.ask(select);
  rude.send('80100000010b');
  rude.send('80100000010b');
  await rude.closed;
  expect(served.plugged).toBe(false);
});

it('without a reader it says what helps', async () => {
  await expect(serveVpcd(createAuthenticator({ persona: 'touchstone-key' }), { port: 1 })).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(/reader at 127\.0\.0\.1:1: .*start pcscd/),
  });
});
