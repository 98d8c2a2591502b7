/** A lending machine for tests: one emulated key behind a server on the loopback address, with hands on it and eyes on the events. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createAuthenticator, ManualGestures, type PluggedDevice, plugIn } from '#emulator';
import type { DeviceUnderContract } from '../../testing/device-contract.ts';
import { openRemote } from '../client.ts';
import type { Trust } from '../connect.ts';
import { subprotocol } from '../messages.ts';
import { type KeyServerEvent, type KeyServerOptions, serveKeys } from '../server.ts';

export const token = 'a token for tests only';
export const keyId = 'emulated:1';

export interface Counter extends AsyncDisposable {
  readonly port: number;
  readonly fingerprint: string | undefined;
  /** HOST:PORT/KEY. */
  readonly where: string;
  readonly hands: ManualGestures;
  /** The key as the server has it open; undefined when it is closed. */
  opened(): PluggedDevice | undefined;
  /** Resolves with the first event of this type, from the beginning. */
  when<T extends KeyServerEvent['type']>(type: T): Promise<Extract<KeyServerEvent, { type: T }>>;
}

export async function openCounter(options: Partial<KeyServerOptions> = {}): Promise<Counter> {
  const hands = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-key', gestures: hands });
  const events: KeyServerEvent[] = [];
  const watchers = new Set<() => void>();
  let opened: PluggedDevice | undefined;
  const key = {
    id: keyId,
    label: 'Emulated\u001b[31m key',
    async open() {
      const device = plugIn(authenticator);
      const close = device[Symbol.asyncDispose].bind(device);
      opened = Object.assign(device, {
        async [Symbol.asyncDispose]() {
          opened = undefined;
          await close();
        },
      });
      return device;
    },
  };
  const lending = await serveKeys({
    keys: { list: async () => [key] },
    token,
    port: 0,
    onEvent(event) {
      events.push(event);
      for (const look of watchers) look();
    },
    ...options,
  });
  return {
    port: lending.port,
    fingerprint: lending.fingerprint,
    where: `127.0.0.1:${lending.port}/${keyId}`,
    hands,
    opened: () => opened,
    when: <T extends KeyServerEvent['type']>(type: T) =>
      new Promise<Extract<KeyServerEvent, { type: T }>>((resolve) => {
        const look = () => {
          const found = events.find((event) => event.type === type);
          if (found) resolve(found as Extract<KeyServerEvent, { type: T }>);
        };
        watchers.add(look);
        look();
      }),
    [Symbol.asyncDispose]: () => lending[Symbol.asyncDispose](),
  };
}

/** The emulated key from the other side of the wire, for the port's contract. */
export async function remoteUnderContract(
  lending: Partial<KeyServerOptions> = {},
  trust?: Trust,
): Promise<DeviceUnderContract> {
  const counter = await openCounter(lending);
  const device = await openRemote(counter.where, { token, trust });
  const dispose = device[Symbol.asyncDispose].bind(device);
  Object.assign(device, {
    async [Symbol.asyncDispose]() {
      await dispose();
      await counter[Symbol.asyncDispose]();
    },
  });
  return {
    device,
    touch: () => counter.hands.touch(),
    whenWaiting: () => counter.hands.whenAsked(),
    unplug: () => counter.opened()?.unplug(),
  };
}

/** A client that says what a test wants, and shows what it hears. */
export interface BareClient {
  socket: WebSocket;
  say(message: unknown): void;
  /** The next text from the server, parsed. */
  next(): Promise<unknown>;
  closed: Promise<number>;
}

export async function bareClient(port: number, options: { autoPong?: boolean } = {}): Promise<BareClient> {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, subprotocol, { headers, ...options });
  const heard: unknown[] = [];
  let onHeard: () => void = () => undefined;
  socket.on('message', (data) => {
    heard.push(JSON.parse(data.toString()));
    onHeard();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    closed,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () =>
      new Promise((resolve) => {
        onHeard = () => {
          if (heard.length === 0) return;
          onHeard = () => undefined;
          resolve(heard.shift());
        };
        onHeard();
      }),
  };
}
