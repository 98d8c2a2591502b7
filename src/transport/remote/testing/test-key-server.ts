/** A key server for tests: it serves one emulated key on the loopback address. Tests control the gestures and observe the events. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createAuthenticator, ManualGestures, type PluggedDevice, plugIn } from '#emulator';
import type { DeviceUnderContract } from '../../testing/device-contract.ts';
import { openRemote } from '../client.ts';
import type { Trust } from '../connect.ts';
import { type KeyServerEvent, type KeyServerOptions, serveKeys } from '../key-server.ts';
import { subprotocol } from '../messages.ts';

export const token = 'a token for tests only';
export const keyId = 'emulated:1';

export interface TestKeyServer extends AsyncDisposable {
  readonly port: number;
  readonly fingerprint: string | undefined;
  /** HOST:PORT/KEY. */
  readonly where: string;
  readonly gestures: ManualGestures;
  /** The key as opened by the server; undefined while it is closed. */
  openedKey(): PluggedDevice | undefined;
  /** Resolves with the first event of this type since the start of the server. */
  waitForEvent<T extends KeyServerEvent['type']>(type: T): Promise<Extract<KeyServerEvent, { type: T }>>;
}

export async function startTestKeyServer(options: Partial<KeyServerOptions> = {}): Promise<TestKeyServer> {
  const gestures = new ManualGestures();
  const authenticator = createAuthenticator({ persona: 'touchstone-complete', gestures });
  const events: KeyServerEvent[] = [];
  const eventListeners = new Set<() => void>();
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
  const server = await serveKeys({
    keys: { list: async () => [key] },
    token,
    port: 0,
    onEvent(event) {
      events.push(event);
      for (const listener of eventListeners) listener();
    },
    ...options,
  });
  return {
    port: server.port,
    fingerprint: server.fingerprint,
    where: `127.0.0.1:${server.port}/${keyId}`,
    gestures,
    openedKey: () => opened,
    waitForEvent: <T extends KeyServerEvent['type']>(type: T) =>
      new Promise<Extract<KeyServerEvent, { type: T }>>((resolve) => {
        const check = () => {
          const found = events.find((event) => event.type === type);
          if (found) resolve(found as Extract<KeyServerEvent, { type: T }>);
        };
        eventListeners.add(check);
        check();
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Opens the key of a new test key server, for the device contract. Disposing the device stops the server. */
export async function openRemoteUnderContract(
  options: Partial<KeyServerOptions> = {},
  trust?: Trust,
): Promise<DeviceUnderContract> {
  const server = await startTestKeyServer(options);
  const device = await openRemote(server.where, { token, trust });
  const dispose = device[Symbol.asyncDispose].bind(device);
  Object.assign(device, {
    async [Symbol.asyncDispose]() {
      await dispose();
      await server[Symbol.asyncDispose]();
    },
  });
  return {
    device,
    touch: () => server.gestures.touch(),
    whenWaiting: () => server.gestures.whenAsked(),
    unplug: () => server.openedKey()?.unplug(),
  };
}

/** A client that sends arbitrary messages and returns what it receives. */
export interface RawClient {
  socket: WebSocket;
  send(message: unknown): void;
  /** Resolves with the next message of the server, parsed. */
  next(): Promise<unknown>;
  closed: Promise<number>;
}

export async function connectRawClient(port: number, options: { autoPong?: boolean } = {}): Promise<RawClient> {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, subprotocol, { headers, ...options });
  const received: unknown[] = [];
  let onReceived: () => void = () => undefined;
  socket.on('message', (data) => {
    received.push(JSON.parse(data.toString()));
    onReceived();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () =>
      new Promise((resolve) => {
        onReceived = () => {
          if (received.length === 0) return;
          onReceived = () => undefined;
          resolve(received.shift());
        };
        onReceived();
      }),
  };
}
